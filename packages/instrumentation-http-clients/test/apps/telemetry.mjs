// Preloaded: traces the application, and writes its spans to the file SPANS when it ends.
import { writeFileSync } from 'node:fs';
import { HttpClientsInstrumentation } from '@llmtrace/instrumentation-http-clients';
import { context, SpanStatusCode } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const exporter = new InMemorySpanExporter();
let started = 0;
const tracerProvider = new BasicTracerProvider({
  spanProcessors: [
    { onStart: () => started++, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} },
    new SimpleSpanProcessor(exporter),
  ],
});
/** Each feature that makes calls wait; the server's failures are repeated once. */
const INTERCEPTING = {
  interceptFetch: true,
  interceptors: [(_call, next) => next()],
  retry: { maxRetries: 1, initialInterval: 1, jitter: 0, budget: false },
  rateLimit: { rate: 10_000, concurrency: 1000 },
};
const config = process.env.INTERCEPT_FETCH ? INTERCEPTING : {};
new HttpClientsInstrumentation(config).setTracerProvider(tracerProvider);
process.on('exit', () => {
  const spans = exporter.getFinishedSpans().map(({ name, attributes, status }) => ({
    name,
    attributes,
    isError: status.code === SpanStatusCode.ERROR,
  }));
  writeFileSync(process.env.SPANS, JSON.stringify({ started, spans }));
});
