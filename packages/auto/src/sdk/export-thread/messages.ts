/** The messages from the application's thread to the export thread: plain data that can be cloned. */
import type { LogEvent } from '@llmtrace/core/internal';
import { type Attributes, createTraceState, type MetricOptions, type SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** How a meter makes an instrument that is recorded to; those that are asked for their value have no use here. */
export type InstrumentKind = 'createCounter' | 'createGauge' | 'createHistogram' | 'createUpDownCounter';

/** An instrument of the application's thread. Its records name it by `id`. */
export interface WireInstrument {
  id: number;
  kind: InstrumentKind;
  name: string;
  options: MetricOptions | undefined;
  scope: { name: string; version: string | undefined; schemaUrl: string | undefined };
}

/** What the instrument `id` recorded: one value, or several with the same attributes. */
export type WireRecord = readonly [
  id: number,
  value: number | Float64Array,
  attributes: Attributes | undefined,
];

/** A log event, with the span that it belongs to. */
export interface WireLog {
  record: Omit<LogEvent, 'context'> & { timestamp: number };
  scope: WireInstrument['scope'];
  span: WireContext | undefined;
}

export type WireItem = { span: WireSpan } | { log: WireLog } | { instrument: WireInstrument } | WireRecord;

/** A message to the thread: telemetry, in its order, or the number of an awaited flush. */
export type WireMessage = readonly WireItem[] | number;

export interface WireContext extends Omit<SpanContext, 'traceState'> {
  traceState: string | undefined;
}

type Plain = Omit<ReadableSpan, 'spanContext' | 'parentSpanContext' | 'links' | 'resource'>;

/** A span that ended, without its resource: that is the same for all and is known to the thread. */
export interface WireSpan extends Plain {
  context: WireContext;
  parent: WireContext | undefined;
  links: { context: WireContext; attributes: Attributes | undefined; droppedAttributesCount: number }[];
}

export function toWire(span: ReadableSpan): WireSpan {
  const { name, kind, startTime, endTime, duration, ended, status, attributes, events } = span;
  const { instrumentationScope, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  return {
    ...{ name, kind, startTime, endTime, duration, ended, status, attributes, events },
    ...{ instrumentationScope, droppedAttributesCount, droppedEventsCount, droppedLinksCount },
    context: flat(span.spanContext()),
    parent: span.parentSpanContext && flat(span.parentSpanContext),
    links: span.links.map((link) => ({
      context: flat(link.context),
      attributes: link.attributes,
      droppedAttributesCount: link.droppedAttributesCount ?? 0,
    })),
  };
}

export function fromWire({ context, parent, links, ...plain }: WireSpan, resource: Resource): ReadableSpan {
  const spanContext = full(context);
  return {
    ...plain,
    resource,
    spanContext: () => spanContext,
    ...(parent && { parentSpanContext: full(parent) }),
    links: links.map(({ context, attributes, droppedAttributesCount }) => ({
      context: full(context),
      ...(attributes && { attributes }),
      droppedAttributesCount,
    })),
  };
}

export const flat = (context: SpanContext): WireContext => ({
  ...context,
  traceState: context.traceState?.serialize(),
});

export function full({ traceState, ...context }: WireContext): SpanContext {
  return traceState === undefined ? context : { ...context, traceState: createTraceState(traceState) };
}
