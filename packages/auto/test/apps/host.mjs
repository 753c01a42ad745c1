// biome-ignore-all lint/suspicious/noConsole: an application prints
// An application with an OpenTelemetry of its own, started before its calls, between them or never:
// node host.mjs late [otel-3]. Prints what its own exporters got and what `diag` warned of.
import { createRequire } from 'node:module';
import OpenAI from 'openai';

const [, , when, line = 'otel-2'] = process.argv;
const require = createRequire(
  new URL(`../../../../test-fixtures/sdks/${line}/package.json`, import.meta.url),
);
const { diag, DiagLogLevel, metrics, trace } = require('@opentelemetry/api');
const sdkNode = require('@opentelemetry/sdk-node');

const warned = [];
const warn = (...words) => warned.push(words.join(' '));
diag.setLogger({ error: warn, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);

const spans = [];
const traceExporter = {
  export(batch, done) {
    for (const span of batch) {
      spans.push({ name: span.name, id: span.spanContext().spanId, parent: span.parentSpanContext?.spanId });
    }
    done({ code: 0 });
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};
const counts = {};
const metricReaders = () => {
  if (!sdkNode.metrics) return [];
  const exporter = new sdkNode.metrics.InMemoryMetricExporter(0);
  const exported = exporter.export.bind(exporter);
  exporter.export = ({ scopeMetrics }, done) => {
    for (const { metrics } of scopeMetrics) {
      for (const { descriptor, dataPoints } of metrics) counts[descriptor.name] = dataPoints[0]?.value.count;
    }
    exported({ scopeMetrics: [] }, done);
  };
  return [new sdkNode.metrics.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6 })];
};
const sdk = new sdkNode.NodeSDK({ traceExporter, metricReaders: metricReaders(), logRecordProcessors: [] });

const client = new OpenAI();
const tracer = trace.getTracer('app');
/** Two calls within one span of the application's. */
const work = (model) =>
  tracer.startActiveSpan(`work ${model}`, async (span) => {
    for (const input of ['oak', 'beech']) await client.embeddings.create({ model, input });
    span.end();
  });

if (when === 'early') sdk.start();
await work('first');
if (when === 'late') sdk.start();
await work('second');
if (when !== 'never') await sdk.shutdown();
console.log(JSON.stringify({ spans, counts, warned, meters: metrics.getMeterProvider().constructor.name }));
