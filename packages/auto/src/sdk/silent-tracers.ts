/**
 * The tracers of libraries whose spans llmtrace does not record: the instrumentation of the library makes spans of its own, and
 * those of the library contain prompts and answers.
 */
import { isSilent, randomHex } from '@llmtrace/core/internal';
import {
  context,
  type Span,
  type SpanContext,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';

export const withSilentTracers = (provider: TracerProvider): TracerProvider => ({
  getTracer: (...scope) => (isSilent(scope[0]) ? silent : provider.getTracer(...scope)),
});

/** Its spans record nothing and are not active: code within stays in the span around. */
const silent: Tracer = {
  startSpan: () => placeholder(),
  startActiveSpan: (...args: unknown[]) => (args.at(-1) as (span: Span) => never)(placeholder()),
};

/** With the ids of the span around, because libraries hand them to the application. */
const placeholder = (): Span =>
  trace.wrapSpanContext(trace.getSpanContext(context.active()) ?? randomContext());

const randomContext = (): SpanContext => ({
  traceId: randomHex(16),
  spanId: randomHex(8),
  traceFlags: TraceFlags.NONE,
});
