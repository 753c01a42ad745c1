// biome-ignore-all lint/suspicious/noConsole: an application prints
// An application whose SDK registers by `@opentelemetry/api` 1.9 before it loads llmtrace, which finds 1.10. It prints
// whether the span of a call is within its own.
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

const require = module.createRequire(import.meta.url);
const { context, trace } = require('@opentelemetry/api');
const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const fixtures = new URL('../../../../test-fixtures/sdks/otel-3/package.json', import.meta.url);
const newer = pathToFileURL(module.createRequire(fixtures).resolve('@opentelemetry/api')).href;
module.registerHooks({
  resolve(specifier, loading, next) {
    const isOurs = /\/packages\/(?:auto|core)\/dist\//.test(loading.parentURL ?? '');
    return specifier === '@opentelemetry/api' && isOurs
      ? { url: newer, format: 'commonjs', shortCircuit: true }
      : next(specifier, loading);
  },
});
await import('@llmtrace/auto');
const { default: OpenAI } = await import('openai');

await trace.getTracer('app').startActiveSpan('request', async (span) => {
  await new OpenAI().chat.completions.create({ model: 'gpt-4.1-mini', messages: [] });
  span.end();
});
const [call, request] = exporter.getFinishedSpans();
console.log(call.name, call.parentSpanContext?.spanId === request.spanContext().spanId);
