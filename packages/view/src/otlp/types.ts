/** Spans and log records, as both encodings of OTLP are read. */

export type Value = string | number | boolean | undefined | Value[] | { [name: string]: Value };

/** Without a prototype, so that no name from outside reaches one. */
export type Attributes = Record<string, Value>;

export const newAttributes = (): Attributes => Object.create(null) as Attributes;

export interface SpanEvent {
  /** In ms since the epoch, as all times here. */
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
  /** The name of the event that the record is. */
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
  /** The bytes that the item is read from again. */
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

/** Values may be nested; deeper ones are refused. */
export const MAX_DEPTH = 32;

/** What prompts and answers are recorded under. A row needs only to know that they are there. */
export const CONTENT_NAMES: readonly string[] = [
  'gen_ai.system_instructions',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.tool.definitions',
];
