/** What the tests of this package run applications on: a fake vendor, a collector, and the package as it is built. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type RunOptions, type RunResult, runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';

export { olderNode } from '@llmtrace/test-fixtures/run-app';

export const AUTO = ['--import', '@llmtrace/auto'];

/** A file beside this one, or an example. */
export const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface ExportedSpan {
  name: string;
  /** The name of its instrumentation. */
  scope: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  /** Of the resource. */
  service: string | undefined;
  attributes: Record<string, unknown>;
}

export interface Collector {
  readonly url: string;
  /** The paths that were posted to, with their types. */
  readonly posts: { path: string; type: string | undefined; body: Buffer }[];
  /** Of what came as JSON. */
  spans(): ExportedSpan[];
  metrics(): string[];
  clear(): void;
  close(): void;
}

/**
 * An OTLP/HTTP receiver. `silent`: it takes everything and never answers; `statuses`: what it answers, the last one from
 * then on.
 */
export async function startCollector({
  silent = false,
  statuses = [200],
  answer = '{}',
  type = typeof answer === 'string' ? 'application/json' : 'application/x-protobuf',
}: {
  silent?: boolean;
  statuses?: readonly number[];
  answer?: string | Buffer;
  /** Of the answer. */
  type?: string;
} = {}): Promise<Collector> {
  const posts: Collector['posts'] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const path = request.url ?? '';
    posts.push({ path, type: request.headers['content-type'], body: Buffer.concat(parts) });
    if (silent) return;
    response.statusCode = statuses[Math.min(posts.length, statuses.length) - 1] ?? 200;
    response.setHeader('content-type', type).end(answer);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const json = () =>
    posts.filter(({ type }) => type === 'application/json').map(({ body }) => JSON.parse(`${body}`));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    spans: () => json().flatMap(({ resourceSpans = [] }) => resourceSpans.flatMap(spansOf)),
    metrics: () => json().flatMap(({ resourceMetrics = [] }) => resourceMetrics.flatMap(metricsOf)),
    clear() {
      posts.length = 0;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const spansOf = ({ resource, scopeSpans }: any): ExportedSpan[] =>
  scopeSpans.flatMap(({ scope, spans }: any) =>
    spans.map(({ name, traceId, spanId, parentSpanId, attributes }: any) => ({
      ...{ name, scope: scope.name, traceId, spanId, parentSpanId },
      service: valuesOf(resource.attributes)['service.name'],
      attributes: valuesOf(attributes),
    })),
  );

const metricsOf = ({ scopeMetrics }: any): string[] =>
  scopeMetrics.flatMap(({ metrics }: any) => metrics.map(({ name }: any) => name));

const valuesOf = (attributes: any[]): Record<string, any> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** A busy machine takes longer to start the thread of the export than an exit waits by default. */
export const PATIENT = { LLMTRACE_EXIT_TIMEOUT_MS: '20000' } as const;

export interface Stage {
  readonly vendor: VendorServer;
  readonly collector: Collector;
  /**
   * Runs an application of `apps/`, or an example, with telemetry going to the collector as JSON; with the node
   * that TEST_NODE names, if it does.
   */
  run(name: string, options?: RunOptions): Promise<RunResult>;
  /** The same with nothing configured. */
  runBare(name: string, options?: RunOptions): Promise<RunResult>;
  clear(): void;
  close(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const vendor = await startVendorServer();
  const collector = await startCollector();
  const runBare = (name: string, { env, ...options }: RunOptions = {}) =>
    runApp(file(name), {
      cwd: file('.'),
      timeout: 60_000,
      node: process.env['TEST_NODE'] ?? process.execPath,
      ...options,
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1`, ...env },
    });
  const exporting = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'shop',
    ...PATIENT,
  };
  return {
    vendor,
    collector,
    run: (name, options = {}) => runBare(name, { ...options, env: { ...exporting, ...options.env } }),
    runBare,
    clear() {
      vendor.clear();
      collector.clear();
    },
    async close() {
      collector.close();
      await vendor.close();
    },
  };
}
