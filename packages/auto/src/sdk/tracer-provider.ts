/** The traces of the SDK that llmtrace starts: spans are made in the application's thread, and exported in another. */
import module from 'node:module';
import { TraceFlags, type TracerProvider } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ExportThread } from './export-thread/client.ts';
import { toWire } from './export-thread/messages.ts';
import { withoutFrameworkContent } from './framework-content.ts';
import { randomIds } from './random-ids.ts';

type HandOver = Pick<ExportThread, 'send' | 'drain'>;

const require = module.createRequire(import.meta.url);

/** Makes a provider that reads sampler and limits from the `OTEL_*` variables. */
export function startTracing(thread: HandOver): TracerProvider {
  const { BasicTracerProvider } =
    require('./opentelemetry/traces.ts') as typeof import('./opentelemetry/traces.ts');
  return new BasicTracerProvider({ spanProcessors: [handOver(thread)], idGenerator: randomIds() });
}

const handOver = (thread: HandOver): SpanProcessor => ({
  onStart() {},
  onEnd(span) {
    if (span.spanContext().traceFlags & TraceFlags.SAMPLED)
      thread.send({ span: withoutFrameworkContent(toWire(span)) });
  },
  forceFlush: () => thread.drain(),
  shutdown: async () => {},
});
