/**
 * An application that has set a tracer provider of its own, so that an SDK that traces itself does. It plays
 * scenes, each within a span, and prints for each what it saw and which spans came of it.
 * Its arguments, as JSON: {@link Script}.
 */
import { subscribe } from 'node:diagnostics_channel';
import Module, { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { createTelemetry, hookVendorModules, loadSdk, startVendorServer } from '@llmtrace/test-fixtures';
import { context, propagation, type Span, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { AnthropicInstrumentation } from '../../src/index.ts';
import { type Scene, scenes } from './scenes.ts';

export interface Script {
  readonly set: string;
  readonly format: 'cjs' | 'esm';
  /** `none`: the application does without llmtrace. */
  readonly mode: 'adopt' | 'replace' | 'none';
  /** Gives the SDK a copy of OpenTelemetry's API of its own, of a newer line, which refuses the application's. */
  readonly apart?: boolean;
  readonly semconv?: 'latest';
}

export interface SpanReport {
  readonly name: string;
  readonly scope: string;
  readonly kind: number;
  readonly status: { code: number; message?: string };
  readonly attributes: Record<string, any>;
  readonly id: string;
  /** True where the span that was active when the application called is its parent. */
  readonly underCaller: boolean;
  readonly parent: string | undefined;
}

export interface SceneReport {
  /** The values and the names of errors that the application got. */
  readonly seen: unknown[];
  readonly spans: SpanReport[];
  readonly started: number;
  /** The span that was active as each request was sent. */
  readonly senders: (string | undefined)[];
  /** The span that each request names as its parent. */
  readonly traceparents: (string | undefined)[];
  readonly durations: number;
  readonly inputTokens: number;
}

const script: Script = JSON.parse(process.argv[2] ?? '');

if (script.apart) {
  const newer = createRequire(new URL('../../../../test-fixtures/sdks/otel-3/package.json', import.meta.url));
  const resolver = Module as unknown as {
    _resolveFilename(name: string, parent: any, ...rest: unknown[]): string;
  };
  const resolve = resolver._resolveFilename;
  resolver._resolveFilename = function (name, parent, ...rest) {
    const isSdk = name === '@opentelemetry/api' && /@anthropic-ai/.test(parent?.filename ?? '');
    return isSdk ? newer.resolve(name) : resolve.call(this, name, parent, ...rest);
  };
}

const telemetry = createTelemetry();
trace.setGlobalTracerProvider(telemetry.tracerProvider);
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
await hookVendorModules();
/** The test server's host has no prices. */
const modelMap = {
  'claude-haiku-4-5': 'anthropic:claude-haiku-4-5',
  'claude-haiku-4-5-20251001': 'anthropic:claude-haiku-4-5',
};

if (script.mode !== 'none') {
  const { mode: nativeSpans, semconv = '1.41' } = script;
  telemetry.install(new AnthropicInstrumentation({ nativeSpans, semconv, modelMap }));
}
const { exports } = await loadSdk({ set: script.set, package: '@anthropic-ai/sdk', format: script.format });
const server = await startVendorServer();
const senders: (string | undefined)[] = [];
subscribe('undici:request:create', () => senders.push(trace.getSpan(context.active())?.spanContext().spanId));

async function play(run: Scene): Promise<SceneReport> {
  const client = new exports.Anthropic({ apiKey: 'sk-ant-example', baseURL: server.url, maxRetries: 1 });
  const seen: unknown[] = [];
  const caller = trace.getTracer('application').startSpan('caller');
  await telemetry.reset();
  server.clear();
  senders.length = 0;
  await context.with(trace.setSpan(context.active(), caller), async () => {
    try {
      await run(client, (value) => void seen.push(JSON.parse(JSON.stringify(value ?? null))));
    } catch (error) {
      seen.push([(error as Error).constructor.name, String((error as Error).message)]);
    }
  });
  for (let round = 0; round < 20 && telemetry.spans().length < telemetry.started(); round++) {
    globalThis.gc?.();
    await turn();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return report(seen, caller);
}

async function report(seen: unknown[], caller: Span): Promise<SceneReport> {
  const metrics = await telemetry.metrics();
  const of = (name: string, type?: string) =>
    metrics.filter(
      (point) => point.name === name && (!type || point.attributes['gen_ai.token.type'] === type),
    );
  return {
    seen,
    spans: telemetry.spans().map((span) => ({
      name: span.name,
      scope: span.instrumentationScope.name,
      kind: span.kind,
      status: { ...span.status },
      attributes: { ...span.attributes },
      id: span.spanContext().spanId,
      underCaller: span.parentSpanContext?.spanId === caller.spanContext().spanId,
      parent: span.parentSpanContext?.spanId,
    })),
    started: telemetry.started(),
    senders: [...senders],
    traceparents: server.requests.map(({ headers }) => String(headers['traceparent'] ?? '').split('-')[2]),
    durations: of('gen_ai.client.operation.duration').reduce((sum, { count = 0 }) => sum + count, 0),
    inputTokens: of('gen_ai.client.token.usage', 'input').reduce((sum, point) => sum + point.sum, 0),
  };
}

const reports: Record<string, SceneReport> = {};
for (const [name, run] of Object.entries(scenes)) reports[name] = await play(run);
process.stdout.write(JSON.stringify(reports), () => process.exit(0));
