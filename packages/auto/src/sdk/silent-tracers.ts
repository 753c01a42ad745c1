/**
 * The tracers of libraries whose spans llmtrace does not record: the instrumentation of the library makes spans of its own, and
 * those of the library contain prompts and answers.
 */
import { isSilent, randomHex } from '@llmtrace/core/internal';
import {
  context,
  INVALID_SPAN_CONTEXT,
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
  // A library may make it active. Where there is no span around, the spans within must not have a parent that is not exported.
  startSpan: () => placeholder(INVALID_SPAN_CONTEXT),
  startActiveSpan: (...args: unknown[]) =>
    (args.at(-1) as (span: Span) => never)(placeholder(randomContext())),
};

/** With the ids of the span around, because libraries hand them to the application. */
const placeholder = (withoutSpan: SpanContext): Span =>
  trace.wrapSpanContext(trace.getSpanContext(context.active()) ?? withoutSpan);

const randomContext = (): SpanContext => ({
  traceId: randomHex(16),
  spanId: randomHex(8),
  traceFlags: TraceFlags.NONE,
});
