/** Spans and log records, which both encodings of OTLP are read into. */

export type Value = string | number | boolean | undefined | Value[] | { [name: string]: Value };

/** Objects without a prototype, so that no received name reaches one. */
export type Attributes = Record<string, Value>;

export const newAttributes = (): Attributes => Object.create(null) as Attributes;

export interface SpanEvent {
  /** In ms since the epoch, as all times in this file. */
  time: number;
  name: string;
  attributes: Attributes;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: Attributes;
}

export interface Span {
  traceId: string;
  spanId: string;
  parentId: string;
  name: string;
  kind: number;
  start: number;
  end: number;
  attributes: Attributes;
  events: SpanEvent[];
  links: SpanLink[];
  /** 2 is an error. */
  status: number;
  message: string;
}

export interface LogRecord {
  time: number;
  severity: number;
  severityText: string;
  body: Value;
  attributes: Attributes;
  traceId: string;
  spanId: string;
  /** The event name of the record; empty if it is no event. */
  event: string;
}

export interface Scope {
  name: string;
  version: string;
}

export type Signal = 'traces' | 'logs' | 'metrics';
export type Encoding = 'protobuf' | 'json';

export interface Received<T> {
  readonly item: T;
  /** The bytes from which the whole item is read later. */
  readonly raw: Buffer;
  readonly resource: Attributes;
  /** The size of the resource and the scope, about, in bytes. */
  readonly sharedSize: number;
  readonly scope: Scope;
}

export const newSpan = (): Span => ({
  traceId: '',
  spanId: '',
  parentId: '',
  name: '',
  kind: 0,
  start: 0,
  end: 0,
  attributes: newAttributes(),
  events: [],
  links: [],
  status: 0,
  message: '',
});

export const newLog = (): LogRecord => ({
  time: 0,
  severity: 0,
  severityText: '',
  body: undefined,
  attributes: newAttributes(),
  traceId: '',
  spanId: '',
  event: '',
});

/** The deepest nesting of a value; a body with a deeper one is refused. */
export const MAX_DEPTH = 32;

/** The attributes with prompts and answers. A row keeps only their length. */
export const CONTENT_NAMES: readonly string[] = [
  'gen_ai.system_instructions',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.tool.definitions',
];

/** The longest text, in bytes, that a row keeps. */
export const ROW_TEXT = 4096;

/** How many attributes of a resource are kept, and how many characters of all of them: each row of a request refers to them. */
const MAX_RESOURCE = { attributes: 256, size: 16_384 };

/** The size of a value, about. */
function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' ? JSON.stringify(value).length : 8;
}

/**
 * A resource without what is too long for it: a long value is replaced by its length. A sender may put 64 MB into one, which
 * the rows would keep.
 */
export function boundedResource(resource: Attributes): { attributes: Attributes; size: number } {
  const attributes = newAttributes();
  let size = 0;
  for (const [name, value] of Object.entries(resource).slice(0, MAX_RESOURCE.attributes)) {
    const length = sizeOf(value);
    if (name.length > ROW_TEXT || size + name.length > MAX_RESOURCE.size) continue;
    const isLong = length > ROW_TEXT || size + name.length + length > MAX_RESOURCE.size;
    attributes[name] = isLong ? { length } : value;
    size += name.length + (isLong ? 8 : length);
  }
  return { attributes, size };
}

/** The name or the version of a scope. A part of a long text would keep all of it in memory. */
export const boundedName = (text: string): string =>
  text.length > ROW_TEXT ? `(${text.length} characters)` : text;
