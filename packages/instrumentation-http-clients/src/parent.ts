/** The parent context of a call: the one that was active when the application sent its request. */
import { scopeNameOf } from '@llmtrace/core/internal';
import { type Context, context, type Span, type SpanContext, SpanKind, trace } from '@opentelemetry/api';

/** A span as both lines of OpenTelemetry's SDK have it. */
interface SdkSpan extends Span {
  readonly kind?: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly parentSpanId?: string;
}

const HTTP = '@opentelemetry/instrumentation-http';

/**
 * OpenTelemetry's instrumentation of `node:http` runs the request in the context of its own span. The model call must
 * not be a child of that span, but its sibling under the same parent.
 */
export function callersContext(): Context {
  const active = context.active();
  const span = trace.getSpan(active) as SdkSpan | undefined;
  if (!span || !isOfHttp(span)) return active;
  const parent = parentOf(span);
  return parent ? trace.setSpanContext(active, parent) : trace.deleteSpan(active);
}

const isOfHttp = (span: SdkSpan): boolean => span.kind === SpanKind.CLIENT && scopeNameOf(span) === HTTP;

function parentOf(span: SdkSpan): SpanContext | undefined {
  const { parentSpanContext, parentSpanId } = span;
  if (parentSpanContext || !parentSpanId) return parentSpanContext;
  return { ...span.spanContext(), spanId: parentSpanId };
}
