/** The trace context within requests, in the field `_meta` of their parameters (SEP-414). */
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import type { Request } from './request.ts';

export type Propagate = 'traceparent' | 'all' | 'none';

const TRACE: readonly string[] = ['traceparent', 'tracestate'];

/** The request with the trace context; the application's own object stays as it is. */
export function withTrace<T extends Request>(request: T, active: Context, propagate: Propagate): T {
  if (propagate === 'none') return request;
  const carrier: Record<string, string> = {};
  propagation.inject(active, carrier);
  const fields = Object.entries(carrier).filter(([key]) => propagate === 'all' || TRACE.includes(key));
  if (fields.length === 0) return request;
  // The application's own fields of `_meta` take precedence.
  const _meta = { ...Object.fromEntries(fields), ...request.params?._meta };
  return { ...request, params: { ...request.params, _meta } };
}

/** The context of a request's handler: below the client's span, with a link to the span that is active here. */
export function placeOf({ params }: Request): { around: Context; link: SpanContext | undefined } {
  const here = context.active();
  const remote = propagation.extract(ROOT_CONTEXT, textsOf(params?._meta));
  const parent = trace.getSpanContext(remote);
  if (!parent) return { around: here, link: undefined };
  const local = trace.getSpanContext(here);
  const baggage = propagation.getBaggage(remote);
  const around = trace.setSpanContext(baggage ? propagation.setBaggage(here, baggage) : here, parent);
  return { around, link: local && local.spanId !== parent.spanId ? local : undefined };
}

/** The longest value of the trace context that is read from a request: baggage may have 8192 bytes. */
const MAX_TEXT = 8192;

function textsOf(meta: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const field of propagation.fields()) {
    const value = (meta as Record<string, unknown> | undefined)?.[field];
    if (typeof value === 'string' && value.length <= MAX_TEXT) texts[field] = value;
  }
  return texts;
}
