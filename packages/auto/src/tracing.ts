/** The traces of the SDK that llmtrace starts: spans are made in the application's thread, and exported in another. */
import module from 'node:module';
import {
  context,
  createContextKey,
  diag,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  TraceFlags,
  type TracerProvider,
} from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ExportThread } from './export-thread.ts';
import { lend } from './lend.ts';
import { toWire } from './wire.ts';

const require = module.createRequire(import.meta.url);

/** Makes a provider that reads sampler and limits from the `OTEL_*` variables, and sets what goes with it. */
export function startTracing(thread: ExportThread, propagators: readonly string[]): TracerProvider {
  const { BasicTracerProvider } =
    require('@opentelemetry/sdk-trace-base') as typeof import('@opentelemetry/sdk-trace-base');
  lendContext();
  lendPropagator(propagators);
  return new BasicTracerProvider({ spanProcessors: [handOver(thread)] });
}

const handOver = (thread: ExportThread): SpanProcessor => ({
  onStart() {},
  onEnd(span) {
    if (span.spanContext().traceFlags & TraceFlags.SAMPLED) thread.send({ span: toWire(span) });
  },
  forceFlush: () => thread.drain(),
  shutdown: async () => {},
});

function lendContext(): void {
  const key = createContextKey('llmtrace.probe');
  const probe = ROOT_CONTEXT.setValue(key, true);
  if (context.with(probe, () => context.active().getValue(key))) return;
  const { AsyncLocalStorageContextManager } =
    require('@opentelemetry/context-async-hooks') as typeof import('@opentelemetry/context-async-hooks');
  lend(context, 'setGlobalContextManager', new AsyncLocalStorageContextManager().enable());
}

function lendPropagator(names: readonly string[]): void {
  if (propagation.fields().length > 0 || names.includes('none')) return;
  const { CompositePropagator } = require('@opentelemetry/core') as typeof import('@opentelemetry/core');
  const propagators = names.flatMap((name) => propagatorOf(name) ?? []);
  lend(propagation, 'setGlobalPropagator', new CompositePropagator({ propagators }));
}

function propagatorOf(name: string): TextMapPropagator | undefined {
  const { W3CBaggagePropagator, W3CTraceContextPropagator } =
    require('@opentelemetry/core') as typeof import('@opentelemetry/core');
  if (name === 'tracecontext') return new W3CTraceContextPropagator();
  if (name === 'baggage') return new W3CBaggagePropagator();
  diag.warn(
    `llmtrace: expected OTEL_PROPAGATORS to be of tracecontext, baggage, none, got ${name}; it is ignored`,
  );
  return undefined;
}
