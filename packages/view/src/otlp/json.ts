/** Reads and writes OTLP in JSON. */
import {
  type Attributes,
  boundedName,
  boundedResource,
  CONTENT_NAMES,
  type LogRecord,
  MAX_DEPTH,
  newAttributes,
  type Received,
  ROW_TEXT,
  type Scope,
  type Signal,
  type Span,
  type SpanEvent,
  type Value,
} from './types.ts';
import { BadBody } from './wire.ts';

type Json = { readonly [name: string]: unknown };

const listOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};
const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** Converts nanoseconds, as text or number, to ms. */
function time(nanos: unknown): number {
  if (typeof nanos === 'number') return nanos / 1e6;
  if (typeof nanos !== 'string' || nanos === '') return 0;
  return Number(BigInt(nanos) / 1000n) / 1000;
}

const HEX_ID = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i;

/** OTLP's JSON has ids in hexadecimal. Senders that use protobuf's own JSON form have them in base64. */
function id(value: unknown): string {
  const written = text(value);
  if (written === '' || HEX_ID.test(written)) return written.toLowerCase();
  return Buffer.from(written.slice(0, 64), 'base64').toString('hex');
}

const READERS: Record<string, (value: unknown, depth: number) => Value> = {
  stringValue: text,
  boolValue: (value) => value === true,
  intValue: Number,
  doubleValue: Number,
  arrayValue: (value, depth) => listOf(objectOf(value)['values']).map((item) => readValue(item, depth + 1)),
  kvlistValue: (value, depth) => attributesOf(objectOf(value)['values'], depth + 1),
  bytesValue: (value) => ({ bytes: text(value) }),
};

function readValue(value: unknown, depth: number): Value {
  if (depth > MAX_DEPTH) throw new BadBody('a value is nested too deeply');
  for (const [kind, inner] of Object.entries(objectOf(value))) {
    if (inner !== undefined && inner !== null && Object.hasOwn(READERS, kind))
      return READERS[kind]?.(inner, depth);
  }
  return undefined;
}

function attributesOf(list: unknown, depth = 0): Attributes {
  const attributes = newAttributes();
  for (const { key, value } of listOf(list)) attributes[text(key)] = readValue(value, depth);
  return attributes;
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUSES = ['UNSET', 'OK', 'ERROR'];

/** The number of an enumeration's value; some senders write its name. */
const number = (value: unknown, prefix: string, names: readonly string[]): number =>
  typeof value === 'string' ? Math.max(0, names.indexOf(value.replace(prefix, ''))) : Number(value) || 0;

const eventOf = (event: Json): SpanEvent => ({
  time: time(event['timeUnixNano']),
  name: text(event['name']),
  attributes: attributesOf(event['attributes']),
});

function spanOf(span: Json): Span {
  const status = objectOf(span['status']);
  return {
    traceId: id(span['traceId']),
    spanId: id(span['spanId']),
    parentId: id(span['parentSpanId']),
    name: text(span['name']),
    kind: number(span['kind'], 'SPAN_KIND_', KINDS),
    start: time(span['startTimeUnixNano']),
    end: time(span['endTimeUnixNano']),
    attributes: attributesOf(span['attributes']),
    events: listOf(span['events']).map(eventOf),
    links: listOf(span['links']).map((link) => ({
      traceId: id(link['traceId']),
      spanId: id(link['spanId']),
      attributes: attributesOf(link['attributes']),
    })),
    status: number(status['code'], 'STATUS_CODE_', STATUSES),
    message: text(status['message']),
  };
}

/** Replaces long texts and content in a row's attributes by their length. */
function briefly(span: Span): Span {
  for (const [name, value] of Object.entries(span.attributes)) {
    const isLong = typeof value === 'string' && (value.length > ROW_TEXT || CONTENT_NAMES.includes(name));
    if (isLong) span.attributes[name] = { length: value.length };
  }
  return span;
}

const logOf = (log: Json): LogRecord => ({
  time: time(log['timeUnixNano']) || time(log['observedTimeUnixNano']),
  severity: Number(log['severityNumber']) || 0,
  severityText: text(log['severityText']),
  body: readValue(log['body'], 0),
  attributes: attributesOf(log['attributes']),
  traceId: id(log['traceId']),
  spanId: id(log['spanId']),
  event: text(log['eventName']),
});

function* itemsOf(body: Buffer, [resources, scopes, items]: readonly [string, string, string]) {
  const request: unknown = JSON.parse(body.toString('utf8'));
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    throw new BadBody('the body is no object');
  for (const ofResource of listOf((request as Json)[resources])) {
    const { attributes: resource, size: sharedSize } = boundedResource(
      attributesOf(objectOf(ofResource['resource'])['attributes']),
    );
    for (const ofScope of listOf(ofResource[scopes])) {
      const { name, version } = objectOf(ofScope['scope']);
      const scope: Scope = { name: boundedName(text(name)), version: boundedName(text(version)) };
      for (const item of listOf(ofScope[items])) yield { json: item, resource, sharedSize, scope };
    }
  }
}

export function* spansOf(body: Buffer): Generator<Received<Span>> {
  for (const { json, ...shared } of itemsOf(body, ['resourceSpans', 'scopeSpans', 'spans']))
    yield { item: briefly(spanOf(json)), raw: Buffer.from(JSON.stringify(json)), ...shared };
}

export function* logsOf(body: Buffer): Generator<Received<LogRecord>> {
  for (const { json, ...shared } of itemsOf(body, ['resourceLogs', 'scopeLogs', 'logRecords']))
    yield { item: logOf(json), raw: Buffer.from(JSON.stringify(json)), ...shared };
}

/** The whole span, for the page of one span. */
export const wholeSpan = (raw: Buffer): Span => spanOf(JSON.parse(raw.toString('utf8')) as Json);

// The writers below are for files and exports, in the form of OpenTelemetry's file exporter.

const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);

function jsonValue(value: Value): Json {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(jsonValue) } };
  return value === undefined ? {} : { kvlistValue: { values: jsonAttributes(value as Attributes) } };
}

const jsonAttributes = (attributes: Attributes): Json[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: jsonValue(value) }));

const jsonSpan = (span: Span): Json => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentId && { parentSpanId: span.parentId }),
  name: span.name,
  kind: span.kind,
  startTimeUnixNano: nanos(span.start),
  endTimeUnixNano: nanos(span.end),
  attributes: jsonAttributes(span.attributes),
  events: span.events.map(({ time, name, attributes }) => ({
    timeUnixNano: nanos(time),
    name,
    attributes: jsonAttributes(attributes),
  })),
  links: span.links.map(({ traceId, spanId, attributes }) => ({
    traceId,
    spanId,
    attributes: jsonAttributes(attributes),
  })),
  status: { code: span.status, ...(span.message && { message: span.message }) },
});

const jsonLog = (log: LogRecord): Json => ({
  timeUnixNano: nanos(log.time),
  severityNumber: log.severity,
  severityText: log.severityText,
  ...(log.body !== undefined && { body: jsonValue(log.body) }),
  attributes: jsonAttributes(log.attributes),
  traceId: log.traceId,
  spanId: log.spanId,
  ...(log.event && { eventName: log.event }),
});

export type Written<T> = Pick<Received<T>, 'item' | 'resource' | 'scope'>;

/** A request with a separate resource for each span: spans of the same resource are not grouped. */
export const requestOfSpans = (spans: readonly Written<Span>[]): Json => ({
  resourceSpans: spans.map(({ item, resource, scope }) => ({
    resource: { attributes: jsonAttributes(resource) },
    scopeSpans: [{ scope, spans: [jsonSpan(item)] }],
  })),
});

export const requestOfLogs = (logs: readonly Written<LogRecord>[]): Json => ({
  resourceLogs: logs.map(({ item, resource, scope }) => ({
    resource: { attributes: jsonAttributes(resource) },
    scopeLogs: [{ scope, logRecords: [jsonLog(item)] }],
  })),
});

export const rejectedName: Record<Signal, string> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};
