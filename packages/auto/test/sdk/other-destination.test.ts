/** Instrumentations and providers of the application's own: which calls they see, and which warnings appear. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TracerProvider } from '@opentelemetry/api';
import { OTLPTraceExporter as OTLPGrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  InMemorySpanExporter,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { elsewhere } from '../../src/sdk/other-destination.ts';
import type { AutoSettings } from '../../src/settings.ts';
import { AUTO, type Stage, setStage } from '../stage.ts';

/** As AWS's distribution has one. */
class OTLPUdpExporter extends InMemorySpanExporter {}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  await once(server.close(), 'close');
  return port;
}

describe('an instrumentation made in code', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  for (const how of ['alone', 'list', 'registered']) {
    it(`does not silence the console, Prometheus or the export (${how})`, async () => {
      const port = String(await freePort());
      const { code, stdout, stderr } = await stage.run('apps/in-code.mjs', {
        flags: AUTO,
        args: [how],
        env: { LLMTRACE_CONSOLE: 'true', LLMTRACE_PROMETHEUS_PORT: port },
      });
      assert.equal(code, 0, stderr);
      assert.equal(stderr.match(/^llmtrace .*text-embedding-3-small.* ok$/gm)?.length, 1, stderr);
      assert.match(stdout, /^llmtrace_requests_total\{.*model="text-embedding-3-small".*\} 1$/m);
      assert.deepEqual(
        stage.collector.spans().map(({ name }) => name),
        ['embeddings text-embedding-3-small'],
      );
      assert.ok(stage.collector.metrics().includes('gen_ai.client.operation.duration'));
    });
  }
});

describe('a provider that has the telemetry in the place of a configured endpoint', () => {
  const settings = {
    traceExporters: [{ name: 'otlp', protocol: 'http/protobuf' }],
    exportTo: 'registered',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' },
  } as unknown as AutoSettings;
  const providerOf = (exporter: SpanExporter): BasicTracerProvider =>
    new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });

  it('is named', () => {
    const finding = elsewhere(settings, providerOf(new InMemorySpanExporter()));
    assert.match(
      finding?.message ?? '',
      /^OTEL_EXPORTER_OTLP_ENDPOINT is set, but spans go to the application's own BasicTracerProvider, which is registered/,
    );
    assert.match(finding?.cure ?? '', /LLMTRACE_EXPORT=both/);
  });

  const EXPORTERS: readonly (readonly [what: string, exporter: SpanExporter, isNamed: boolean])[] = [
    ['to the same host', new OTLPTraceExporter({ url: 'http://localhost:4318/v1/traces' }), false],
    [
      'to another host, as Langfuse',
      new OTLPTraceExporter({ url: 'https://langfuse.example/v1/traces' }),
      true,
    ],
    ['to another port', new OTLPTraceExporter({ url: 'http://127.0.0.1:3000/v1/traces' }), true],
    ['over gRPC to the same host', new OTLPGrpcExporter({ url: 'http://127.0.0.1:4317' }), false],
    ['over gRPC to another host', new OTLPGrpcExporter({ url: 'collector.example:4317' }), true],
    ['to a place that it does not show', new OTLPUdpExporter(), false],
  ];
  for (const [what, exporter, isNamed] of EXPORTERS)
    it(`is ${isNamed ? '' : 'not '}named where it exports by OTLP ${what}`, () => {
      assert.equal(elsewhere(settings, providerOf(exporter)) !== undefined, isNamed);
    });

  it('is not where it prints the spans, as is configured', () => {
    const traceExporters = [{ name: 'console', protocol: 'http/protobuf' }];
    const configured = { ...settings, traceExporters, env: { OTEL_TRACES_EXPORTER: 'console' } };
    const provider = providerOf(new ConsoleSpanExporter());
    assert.equal(elsewhere(configured as unknown as AutoSettings, provider), undefined);
    assert.match(elsewhere(settings, provider)?.message ?? '', /^OTEL_EXPORTER_OTLP_ENDPOINT is set/);
    assert.match(
      elsewhere(configured as unknown as AutoSettings, providerOf(new InMemorySpanExporter()))?.message ?? '',
      /^OTEL_TRACES_EXPORTER is set/,
    );
  });

  it('is not where many instrumentations stand before the exporter, as in AWS’s distribution', () => {
    const instrumentations = Array.from({ length: 90 }, () => ({
      config: {},
      modules: [{}, {}],
      meters: {},
    }));
    const provider = { config: { instrumentations, waiting: new Array(100_000).fill({}) }, processors: [{}] };
    const exporter = new OTLPTraceExporter({ url: 'http://127.0.0.1:4318' });
    provider.processors[0] = { processors: new Set(), inner: { exporter } };
    assert.equal(elsewhere(settings, provider as unknown as TracerProvider), undefined);
  });

  for (const [url, isNamed] of [
    ['http://127.0.0.1:4318/v1/traces', false],
    ['http://127.0.0.2:4318/v1/traces', true],
  ] as const)
    it(`is ${isNamed ? '' : 'not '}named where its exporter, whose name a minifier has changed, sends to ${url}`, () => {
      const provider = { processors: [{ exporter: { impl: { url } } }] };
      const finding = elsewhere(settings, provider as unknown as TracerProvider);
      assert.equal(finding !== undefined, isNamed);
    });

  for (const [what, other] of [
    ['no endpoint is configured', { traceExporters: [] }],
    ['both have the telemetry', { exportTo: 'both' }],
  ] as const) {
    it(`is not where ${what}`, () => {
      const provider = providerOf(new InMemorySpanExporter());
      assert.equal(elsewhere({ ...settings, ...other } as AutoSettings, provider), undefined);
    });
  }

  it('does not have the name that a minifier gave it', () => {
    const provider = { getTracer: () => assert.fail() };
    assert.match(elsewhere(settings, provider)?.message ?? '', /spans go to a provider of the application,/);
  });
});
