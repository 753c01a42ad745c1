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
