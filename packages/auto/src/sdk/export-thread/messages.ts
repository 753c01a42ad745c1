/** The messages from the application's thread to the export thread: plain data that can be cloned. */
import type { LogEvent } from '@llmtrace/core/internal';
import {
  type Attributes,
  createTraceState,
  type MetricOptions,
  type SpanContext,
  type SpanKind,
  SpanStatusCode,
} from '@opentelemetry/api';
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

/** A span, with the estimate of its bytes once that is made: the receiver needs not make it again. */
export interface SpanItem {
  readonly span: WireSpan;
  bytes?: number;
}

export type WireItem = SpanItem | { log: WireLog } | { instrument: WireInstrument } | WireRecord;

/** A message to the thread: telemetry, in its order, or the number of an awaited flush. */
export type WireMessage = readonly WireItem[] | number;

/** The context of a span. It is a list, as {@link WireSpan} is. */
export type WireContext = readonly [
  traceId: string,
  spanId: string,
  traceFlags: number,
  isRemote: boolean | undefined,
  traceState: string | undefined,
];

interface WireLink {
  context: WireContext;
  attributes: Attributes | undefined;
  droppedAttributesCount: number;
}

/**
 * A span that ended, without its resource: that is the same for all and is known to the thread. It is a list, because a
 * message has the names of all fields of an object: an object took twice the time, 4.5 µs in place of 2.4 to be
 * another thread's.
 */
export type WireSpan = readonly [
  name: string,
  attributes: Attributes,
  events: ReadableSpan['events'] | undefined,
  links: readonly WireLink[] | undefined,
  status: ReadableSpan['status'] | undefined,
  kind: SpanKind,
  /** Start, end and duration: seconds and nanoseconds each. */
  times: readonly [number, number, number, number, number, number],
  scope: ReadableSpan['instrumentationScope'],
  dropped: readonly [attributes: number, events: number, links: number] | undefined,
  context: WireContext,
  parent: WireContext | undefined,
];

function linkOf({
  context,
  attributes,
  droppedAttributesCount = 0,
}: ReadableSpan['links'][number]): WireLink {
  return { context: flat(context), attributes, droppedAttributesCount };
}

function droppedOf(span: ReadableSpan): WireSpan[8] {
  const { droppedAttributesCount = 0, droppedEventsCount = 0, droppedLinksCount = 0 } = span;
  if (droppedAttributesCount + droppedEventsCount + droppedLinksCount === 0) return undefined;
  return [droppedAttributesCount, droppedEventsCount, droppedLinksCount];
}

/** What spans of OpenTelemetry's SDK 1 have in the place of that of later ones. */
interface OlderSpan {
  readonly instrumentationLibrary?: ReadableSpan['instrumentationScope'];
  readonly parentSpanId?: string;
}

/** A registered provider, whose spans llmtrace exports with `LLMTRACE_EXPORT=both`, may be of an older SDK. */
export function toWire(span: ReadableSpan & OlderSpan): WireSpan {
  const { startTime, endTime, duration, events, links, status } = span;
  const parent = span.parentSpanContext ?? olderParent(span);
  return [
    span.name,
    span.attributes,
    events.length > 0 ? events : undefined,
    links.length > 0 ? links.map(linkOf) : undefined,
    status.code === SpanStatusCode.UNSET && status.message === undefined ? undefined : status,
    span.kind,
    [...startTime, ...endTime, ...duration],
    span.instrumentationScope ?? (span.instrumentationLibrary as ReadableSpan['instrumentationScope']),
    droppedOf(span),
    flat(span.spanContext()),
    parent && flat(parent),
  ];
}

const olderParent = (span: ReadableSpan & OlderSpan): SpanContext | undefined =>
  span.parentSpanId === undefined ? undefined : { ...span.spanContext(), spanId: span.parentSpanId };

export function fromWire(span: WireSpan, resource: Resource): ReadableSpan {
  const [name, attributes, events = [], links = [], status, kind, times, instrumentationScope, ...rest] =
    span;
  const [dropped = [0, 0, 0], context, parent] = rest;
  const spanContext = full(context);
  return {
    ...{ name, kind, attributes, events, instrumentationScope, resource, ended: true },
    startTime: [times[0], times[1]],
    endTime: [times[2], times[3]],
    duration: [times[4], times[5]],
    status: status ?? { code: SpanStatusCode.UNSET },
    droppedAttributesCount: dropped[0],
    droppedEventsCount: dropped[1],
    droppedLinksCount: dropped[2],
    spanContext: () => spanContext,
    ...(parent && { parentSpanContext: full(parent) }),
    links: links.map(({ context, attributes, droppedAttributesCount }) => ({
      context: full(context),
      ...(attributes && { attributes }),
      droppedAttributesCount,
    })),
  };
}

export const flat = ({ traceId, spanId, traceFlags, isRemote, traceState }: SpanContext): WireContext => [
  traceId,
  spanId,
  traceFlags,
  isRemote,
  traceState?.serialize(),
];

export const full = ([traceId, spanId, traceFlags, isRemote, traceState]: WireContext): SpanContext => ({
  ...{ traceId, spanId, traceFlags },
  ...(isRemote !== undefined && { isRemote }),
  ...(traceState !== undefined && { traceState: createTraceState(traceState) }),
});
