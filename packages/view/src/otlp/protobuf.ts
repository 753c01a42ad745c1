/** Reads OTLP in protobuf. The numbers are those of opentelemetry-proto 1.x; fields that the viewer does not show are left out. */
import {
  type Attributes,
  boundedName,
  boundedResource,
  CONTENT_NAMES,
  type LogRecord,
  MAX_DEPTH,
  newAttributes,
  newLog,
  newSpan,
  type Received,
  ROW_TEXT,
  type Scope,
  type Span,
  type SpanEvent,
  type SpanLink,
  type Value,
} from './types.ts';
import {
  BadBody,
  FIXED64,
  hexOf,
  LENGTH,
  message,
  read,
  textOf,
  timeOf,
  VARINT,
  varintBytes,
} from './wire.ts';

/** Fields that each set one property of their message. */
const text = <Name extends string>(number: number, name: Name) =>
  [
    number,
    LENGTH,
    (into: Record<Name, string>, bytes: Buffer, start: number, end: number) => {
      into[name] = textOf(bytes, start, end);
    },
  ] as const;
const hex = <Name extends string>(number: number, name: Name) =>
  [
    number,
    LENGTH,
    (into: Record<Name, string>, bytes: Buffer, start: number, end: number) => {
      into[name] = hexOf(bytes, start, end);
    },
  ] as const;
const time = <Name extends string>(number: number, name: Name) =>
  [
    number,
    FIXED64,
    (into: Record<Name, number>, bytes: Buffer, start: number) => {
      into[name] = timeOf(bytes, start);
    },
  ] as const;
const number = <Name extends string>(field: number, name: Name) =>
  [
    field,
    VARINT,
    (into: Record<Name, number>, _bytes: Buffer, _start: number, _end: number, value: number) => {
      into[name] = value;
    },
  ] as const;

interface Holder {
  value: Value;
  depth: number;
}

const ARRAY = message<{ values: Value[]; depth: number }>([
  1,
  LENGTH,
  (into, bytes, start, end) => into.values.push(readValue(bytes, start, end, into.depth)),
]);
const KEY_VALUE_LIST = message<{ values: Attributes; depth: number }>([
  1,
  LENGTH,
  (into, bytes, start, end) => keyValue(into.values, bytes, start, end, into.depth),
]);

const ANY_VALUE = message<Holder>(
  [1, LENGTH, (into, bytes, start, end) => assign(into, textOf(bytes, start, end))],
  [2, VARINT, (into, _bytes, _start, _end, value) => assign(into, value !== 0)],
  [3, VARINT, (into, _bytes, _start, _end, value) => assign(into, value)],
  [4, FIXED64, (into, bytes, start) => assign(into, bytes.readDoubleLE(start))],
  [
    5,
    LENGTH,
    (into, bytes, start, end) =>
      assign(into, read(ARRAY, { values: [], depth: into.depth + 1 }, bytes, start, end).values),
  ],
  [
    6,
    LENGTH,
    (into, bytes, start, end) => {
      const list = { values: newAttributes(), depth: into.depth + 1 };
      assign(into, read(KEY_VALUE_LIST, list, bytes, start, end).values);
    },
  ],
  [7, LENGTH, (into, bytes, start, end) => assign(into, { bytes: bytes.toString('base64', start, end) })],
);

function assign(into: Holder, value: Value): void {
  into.value = value;
}

function readValue(bytes: Buffer, start: number, end: number, depth: number): Value {
  if (depth > MAX_DEPTH) throw new BadBody('a value is nested too deeply');
  return read(ANY_VALUE, { value: undefined, depth }, bytes, start, end).value;
}

const KEY_VALUE = message<{ key: string; start: number; end: number }>(text(1, 'key'), [
  2,
  LENGTH,
  (into, _bytes, start, end) => {
    into.start = start;
    into.end = end;
  },
]);

function keyValue(into: Attributes, bytes: Buffer, start: number, end: number, depth = 0): void {
  const pair = read(KEY_VALUE, { key: '', start: 0, end: 0 }, bytes, start, end);
  into[pair.key] = readValue(bytes, pair.start, pair.end, depth);
}

/** One string for each attribute name, because names repeat. */
const names = new Map<string, string>();
const MAX_NAMES = 5000;
const MAX_NAME = 200;

function known(name: string): string {
  const same = names.get(name);
  if (same !== undefined) return same;
  if (names.size < MAX_NAMES && name.length <= MAX_NAME) names.set(name, name);
  return name;
}

/** Adds an attribute of a row; long texts and content are replaced by their length. */
function briefly(into: Attributes, bytes: Buffer, start: number, end: number): void {
  const pair = read(KEY_VALUE, { key: '', start: 0, end: 0 }, bytes, start, end);
  const length = pair.end - pair.start;
  const isLong = length > ROW_TEXT || CONTENT_NAMES.includes(pair.key);
  into[known(pair.key)] = isLong ? { length } : readValue(bytes, pair.start, pair.end, 0);
}

const EVENT = message<SpanEvent>(time(1, 'time'), text(2, 'name'), [
  3,
  LENGTH,
  (event, bytes, start, end) => keyValue(event.attributes, bytes, start, end),
]);

const LINK = message<SpanLink>(hex(1, 'traceId'), hex(2, 'spanId'), [
  4,
  LENGTH,
  (link, bytes, start, end) => keyValue(link.attributes, bytes, start, end),
]);

const STATUS = message<Span>(text(2, 'message'), number(3, 'status'));

const spanMessage = (attribute: typeof briefly) =>
  message<Span>(
    hex(1, 'traceId'),
    hex(2, 'spanId'),
    hex(4, 'parentId'),
    text(5, 'name'),
    number(6, 'kind'),
    time(7, 'start'),
    time(8, 'end'),
    [9, LENGTH, (span, bytes, start, end) => attribute(span.attributes, bytes, start, end)],
    [
      11,
      LENGTH,
      (span, bytes, start, end) =>
        span.events.push(read(EVENT, { time: 0, name: '', attributes: newAttributes() }, bytes, start, end)),
    ],
    [
      13,
      LENGTH,
      (span, bytes, start, end) => {
        const link = { traceId: '', spanId: '', attributes: newAttributes() };
        span.links.push(read(LINK, link, bytes, start, end));
      },
    ],
    [15, LENGTH, (span, bytes, start, end) => read(STATUS, span, bytes, start, end)],
  );

const SPAN = spanMessage(keyValue);
const BRIEF_SPAN = spanMessage(briefly);

const LOG = message<LogRecord>(
  time(1, 'time'),
  number(2, 'severity'),
  text(3, 'severityText'),
  [
    5,
    LENGTH,
    (log, bytes, start, end) => {
      log.body = readValue(bytes, start, end, 0);
    },
  ],
  [6, LENGTH, (log, bytes, start, end) => keyValue(log.attributes, bytes, start, end)],
  hex(9, 'traceId'),
  hex(10, 'spanId'),
  [
    11,
    FIXED64,
    (log, bytes, start) => {
      log.time ||= timeOf(bytes, start);
    },
  ],
  text(12, 'event'),
);

/** The whole span, for the page of one span. */
export const wholeSpan = (raw: Buffer): Span => read(SPAN, newSpan(), raw, 0, raw.length);

interface Group {
  resource: Attributes;
  scope: Scope;
  /** The positions of the inner messages: they are read last, because the outer message's own fields may follow them. */
  inner: [start: number, end: number][];
}

const RESOURCE = message<Group>([
  1,
  LENGTH,
  (group, bytes, start, end) => keyValue(group.resource, bytes, start, end),
]);
const SCOPE = message<Scope>(text(1, 'name'), text(2, 'version'));
const OF_RESOURCE = message<Group>(
  [1, LENGTH, (group, bytes, start, end) => read(RESOURCE, group, bytes, start, end)],
  [2, LENGTH, (group, _bytes, start, end) => group.inner.push([start, end])],
);
const OF_SCOPE = message<Group>(
  [1, LENGTH, (group, bytes, start, end) => read(SCOPE, group.scope, bytes, start, end)],
  [2, LENGTH, (group, _bytes, start, end) => group.inner.push([start, end])],
);
const REQUEST = message<Group>([1, LENGTH, (group, _bytes, start, end) => group.inner.push([start, end])]);

const newGroup = (resource: Attributes): Group => ({
  resource,
  scope: { name: '', version: '' },
  inner: [],
});

/** The spans or log records of a request, each as its bytes. */
export function* itemsOf(body: Buffer): Generator<Received<undefined>> {
  for (const ofResource of read(REQUEST, newGroup(newAttributes()), body, 0, body.length).inner) {
    const group = read(OF_RESOURCE, newGroup(newAttributes()), body, ...ofResource);
    const { attributes: resource, size: sharedSize } = boundedResource(group.resource);
    for (const ofScope of group.inner) {
      const { scope, inner } = read(OF_SCOPE, newGroup(resource), body, ...ofScope);
      scope.name = boundedName(scope.name);
      scope.version = boundedName(scope.version);
      for (const [start, end] of inner)
        yield { item: undefined, raw: body.subarray(start, end), resource, sharedSize, scope };
    }
  }
}

export function* spansOf(body: Buffer): Generator<Received<Span>> {
  for (const received of itemsOf(body)) {
    const { raw } = received;
    yield { ...received, item: read(BRIEF_SPAN, newSpan(), raw, 0, raw.length) };
  }
}

export function* logsOf(body: Buffer): Generator<Received<LogRecord>> {
  for (const received of itemsOf(body)) {
    const { raw } = received;
    yield { ...received, item: read(LOG, newLog(), raw, 0, raw.length) };
  }
}

/** The answer to a request whose items were partly refused: `partial_success`, field 1 of all three answers. */
export function partialSuccess(rejected: number, why: string): Buffer {
  const text = Buffer.from(why);
  const inner = [8, ...varintBytes(rejected), 18, ...varintBytes(text.length), ...text];
  return Buffer.from([10, ...varintBytes(inner.length), ...inner]);
}
