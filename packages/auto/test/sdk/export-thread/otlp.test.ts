import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import * as logsByJson from '@opentelemetry/exporter-logs-otlp-http';
import * as logsByProtobuf from '@opentelemetry/exporter-logs-otlp-proto';
import * as metricsByJson from '@opentelemetry/exporter-metrics-otlp-http';
import * as metricsByProtobuf from '@opentelemetry/exporter-metrics-otlp-proto';
import * as tracesByJson from '@opentelemetry/exporter-trace-otlp-http';
import * as tracesByProtobuf from '@opentelemetry/exporter-trace-otlp-proto';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import sinon from 'sinon';
import {
  type Encoding,
  otlpLogExporter,
  otlpMetricExporter,
  otlpTraceExporter,
} from '../../../src/sdk/export-thread/otlp.ts';

interface Sent {
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

const sent: Sent[] = [];
const collector = createServer(async (request, response) => {
  const body = await buffer(request);
  sent.push({ url: request.url, headers: request.headers, body: body.toString('base64') });
  response.end();
});

interface Exporter {
  export(items: any, done: (result: { code: number }) => void): void;
}

const spans = (): unknown => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider
    .getTracer('scope', '1.0')
    .startSpan('chat gpt-4o', { attributes: { tokens: 12, tags: ['a'] } })
    .end();
  return exporter.getFinishedSpans();
};

const logs = (): unknown => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  provider.getLogger('scope').emit({ eventName: 'gen_ai.client.inference', attributes: { cost: 0.01 } });
  return exporter.getFinishedLogRecords();
};

async function metrics(): Promise<ResourceMetrics | undefined> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  provider.getMeter('scope').createHistogram('duration', { unit: 's' }).record(0.4, { model: 'gpt-4o' });
  await provider.forceFlush();
  await provider.shutdown();
  return exporter.getMetrics()[0];
}

const SIGNALS: Readonly<
  Record<
    string,
    {
      items(): unknown;
      make(encoding: Encoding): Exporter;
      official: Record<Encoding, new () => Exporter>;
    }
  >
> = {
  traces: {
    items: spans,
    make: otlpTraceExporter,
    official: { json: tracesByJson.OTLPTraceExporter, protobuf: tracesByProtobuf.OTLPTraceExporter },
  },
  metrics: {
    items: metrics,
    make: otlpMetricExporter,
    official: { json: metricsByJson.OTLPMetricExporter, protobuf: metricsByProtobuf.OTLPMetricExporter },
  },
  logs: {
    items: logs,
    make: otlpLogExporter,
    official: { json: logsByJson.OTLPLogExporter, protobuf: logsByProtobuf.OTLPLogExporter },
  },
};

describe('OTLP over HTTP', () => {
  before(() => new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve)));
  after(() => collector.close());
  beforeEach(() => sent.splice(0));
  afterEach(() => sinon.restore());

  const endpoint = () => `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const VARIABLES: Readonly<Record<string, (signal: string) => Record<string, string>>> = {
    'one endpoint for all signals, with headers and gzip': () => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint()}/base`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc,x-team=search',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    }),
    'an endpoint and headers of the signal': (signal) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]: `${endpoint()}/there`,
      [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`]: 'x-signal=yes',
    }),
  };

  for (const [signal, { items, make, official }] of Object.entries(SIGNALS))
    for (const encoding of ['protobuf', 'json'] as const)
      for (const [title, variables] of Object.entries(VARIABLES))
        it(`sends ${signal} by ${encoding} as OpenTelemetry's exporter does: ${title}`, async () => {
          sinon.stub(process, 'env').value({ ...process.env, ...variables(signal) });
          const exported = await items();
          for (const exporter of [make(encoding), new official[encoding]()]) {
            const { code } = await new Promise<{ code: number }>((done) => exporter.export(exported, done));
            assert.equal(code, 0);
          }
          assert.equal(sent.length, 2);
          assert.deepEqual(sent[0], sent[1]);
        });

  for (const preference of [undefined, 'cumulative', 'Delta', 'LowMemory', 'other'])
    it(`has the temporality of OpenTelemetry's exporter: ${preference ?? 'no preference'}`, () => {
      const warn = sinon.stub();
      const logger: DiagLogger = { error() {}, warn, info() {}, debug() {}, verbose() {} };
      diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
      const name = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';
      const variables = preference === undefined ? {} : { [name]: preference };
      sinon.stub(process, 'env').value({ ...process.env, ...variables });
      const made = otlpMetricExporter('protobuf');
      const warned = warn.callCount;
      const official = new metricsByProtobuf.OTLPMetricExporter();
      diag.disable();
      for (const type of Object.values(InstrumentType)) {
        const expected = official.selectAggregationTemporality(type);
        assert.equal(made.selectAggregationTemporality?.(type), expected, type);
      }
      assert.equal(warned, preference === 'other' ? 1 : 0);
    });
});
