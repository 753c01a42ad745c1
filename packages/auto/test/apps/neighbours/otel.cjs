// OpenTelemetry as an application sets it up itself, with its own instrumentations beside llmtrace. `OTEL_LINE` is the line of
// its releases, `LIST_PLACE` whether llmtrace's instrumentations are `first` or `last` in the list.
const { createRequire } = require('node:module');
const { join } = require('node:path');

const line = process.env.OTEL_LINE ?? 'otel-2';
const from = createRequire(join(__dirname, `../../../../../test-fixtures/sdks/${line}/package.json`));
const { SpanKind } = from('@opentelemetry/api');
const { NodeSDK } = from('@opentelemetry/sdk-node');
const { HttpInstrumentation } = from('@opentelemetry/instrumentation-http');
const { UndiciInstrumentation } = from('@opentelemetry/instrumentation-undici');
const { InstrumentationBase, InstrumentationNodeModuleDefinition } = from('@opentelemetry/instrumentation');

/** Traces a function of a package, as the instrumentations of database clients do. */
class QueryInstrumentation extends InstrumentationBase {
  constructor() {
    super('query', '1.0.0', {});
  }
  init() {
    const patch = (exports) => {
      const { tracer } = this;
      const holder = exports.default ?? exports;
      const { stringify } = holder;
      holder.stringify = (...args) =>
        tracer.startActiveSpan('query', { kind: SpanKind.CLIENT }, (span) => {
          const text = stringify(...args);
          span.end();
          return text;
        });
      return exports;
    };
    return [new InstrumentationNodeModuleDefinition('qs', ['*'], patch)];
  }
}

function expressInstrumentations() {
  if (line !== 'otel-2') return []; // there is none yet that uses the same copy of OpenTelemetry's packages
  const { ExpressInstrumentation } = from('@opentelemetry/instrumentation-express');
  return [new ExpressInstrumentation()];
}

/** @param llmtrace makes llmtrace's instrumentations, in their place in the list. */
exports.start = (llmtrace = () => []) => {
  const spans = [];
  const traceExporter = {
    export(batch, done) {
      spans.push(...batch);
      done({ code: 0 });
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const place = process.env.LIST_PLACE;
  const sdk = new NodeSDK({
    traceExporter,
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      ...(place === 'first' ? llmtrace() : []),
      new HttpInstrumentation(),
      new UndiciInstrumentation(),
      new QueryInstrumentation(),
      ...expressInstrumentations(),
      ...(place === 'last' ? llmtrace() : []),
    ],
  });
  sdk.start();
  globalThis.finishedSpans = () => sdk.shutdown().then(() => spans);
};

if (!process.env.LIST_PLACE) exports.start();
