// Preloaded: all instrumentations of `@llmtrace/auto`, as an application's own set-up has them; spans stay in memory.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../packages/auto/package.json', import.meta.url));
const { context } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} = require('@opentelemetry/sdk-trace-base');
const { llmtraceInstrumentations } = require('@llmtrace/auto/instrumentations');

process.env.LLMTRACE_AGENTS = 'false'; // the spans of model calls alone are counted
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
for (const instrumentation of llmtraceInstrumentations()) instrumentation.setTracerProvider(provider);

/** The spans that have ended since the last time. */
globalThis.takeSpans = () => {
  const spans = exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }));
  exporter.reset();
  return spans;
};
