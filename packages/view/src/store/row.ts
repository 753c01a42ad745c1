/** A **row** has the values of a span that lists, sums and charts need. The whole span is read from its bytes when needed. */
import { numberOf, pickNumber, pickText, type SpanType, textOf, typeOf } from '../names.ts';
import type { Attributes, Encoding, LogRecord, Received, Span } from '../otlp/types.ts';

/** The usage, cost and outcome of a model call. */
export interface CallFields {
  readonly operation: string | undefined;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly responseModel: string | undefined;
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cached: number | undefined;
  readonly written: number | undefined;
  readonly reasoning: number | undefined;
  readonly cost: number | undefined;
  readonly inputCost: number | undefined;
  readonly outputCost: number | undefined;
  readonly costSource: string | undefined;
  /** Whether the cost is incomplete: the application left the call before its usage was known, or a price is missing. */
  readonly isPartial: boolean;
  /** In s, as in the conventions. */
  readonly firstChunk: number | undefined;
  readonly wait: number | undefined;
  readonly outcome: string | undefined;
  readonly finish: string | undefined;
  readonly errorCategory: string | undefined;
  readonly errorType: string | undefined;
  readonly errorCode: string | undefined;
  readonly httpStatus: number | undefined;
  readonly message: string | undefined;
  readonly isStream: boolean;
  readonly retries: number;
  /** Whether messages were recorded; a log record may add them later. */
  hasContent: boolean;
}

/** The sums of an agent's run that its span has. */
export interface AgentFields {
  readonly modelCalls: number | undefined;
  readonly toolCalls: number | undefined;
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cost: number | undefined;
  readonly outcome: string | undefined;
}

export interface Trace {
  readonly id: string;
  readonly rows: Row[];
  start: number;
  end: number;
  /** This and the following fields are sums of the innermost calls. */
  calls: number;
  cost: number | undefined;
  unpriced: number;
  errors: number;
  tokens: number;
  root: Row | undefined;
  session: string | undefined;
  user: string | undefined;
  bytes: number;
  /** The ids of spans that have a call below them. */
  readonly wrappers: Set<string>;
}

export interface Row {
  readonly seq: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly type: SpanType;
  readonly service: string;
  readonly start: number;
  readonly duration: number;
  readonly hasFailed: boolean;
  readonly encoding: Encoding;
  readonly resource: Attributes;
  readonly scope: { name: string; version: string };
  readonly label: string | undefined;
  readonly call: CallFields | undefined;
  readonly agent: AgentFields | undefined;
  readonly session: string | undefined;
  readonly user: string | undefined;
  readonly tenant: string | undefined;
  readonly feature: string | undefined;
  readonly trace: Trace;
  raw: Buffer;
  /** Whether the call contains another call, which is counted in its place. */
  isWrapper: boolean;
  isGone: boolean;
  logs: LogRecord[] | undefined;
  /** The start of the user's last message, once it has been read. */
  asked: string | undefined;
}

/** One string for each text, because texts repeat across spans. */
const texts = new Map<string, string>();
const MAX_TEXTS = 20_000;
const MAX_SHARED = 120;

function shared<T extends string | undefined>(text: T): T {
  if (text === undefined || text.length > MAX_SHARED) return text;
  const same = texts.get(text);
  if (same !== undefined) return same as T;
  if (texts.size > MAX_TEXTS) texts.clear();
  texts.set(text, text);
  return text;
}

const CONTENT_HINTS = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'input.value',
  'ai.prompt.messages',
  'llm.input_messages.0.message.role',
];

export const hasContent = (attributes: Attributes): boolean =>
  CONTENT_HINTS.some((name) => attributes[name] !== undefined);

const MAX_MESSAGE = 300;

const finishOf = ({ 'gen_ai.response.finish_reasons': reasons }: Attributes): string | undefined =>
  Array.isArray(reasons) ? reasons.join(',') : textOf(reasons);

const retriesOf = ({ attributes, events }: Span): number =>
  Math.max(
    events.filter(({ name }) => name === 'llmtrace.retry').length,
    pickNumber(attributes, 'resent') ?? 0,
  );

export function callOf(span: Span): CallFields {
  const { attributes } = span;
  const number = (what: Parameters<typeof pickNumber>[1]) => pickNumber(attributes, what);
  const text = (what: Parameters<typeof pickText>[1]) => shared(pickText(attributes, what));
  return {
    operation: text('operation'),
    provider: text('provider'),
    model: text('model') ?? text('responseModel'),
    responseModel: text('responseModel'),
    input: number('input'),
    output: number('output'),
    cached: number('cached'),
    written: number('written'),
    reasoning: number('reasoning'),
    cost: number('cost'),
    inputCost: number('inputCost'),
    outputCost: number('outputCost'),
    costSource: text('costSource'),
    isPartial: attributes['llmtrace.cost.partial'] === true,
    firstChunk: number('firstChunk'),
    wait: number('wait'),
    outcome: text('outcome'),
    finish: shared(finishOf(attributes)),
    errorCategory: text('errorCategory'),
    errorType: text('errorType'),
    errorCode: text('errorCode'),
    httpStatus: number('httpStatus'),
    message: shared(span.message.slice(0, MAX_MESSAGE) || undefined),
    isStream: attributes['gen_ai.request.stream'] === true,
    retries: retriesOf(span),
    hasContent: hasContent(attributes),
  };
}

const AGENT = 'llmtrace.agent.';

function agentOf({ attributes }: Span): AgentFields {
  const number = (name: string) => numberOf(attributes[AGENT + name]);
  return {
    modelCalls: number('model_calls'),
    toolCalls: number('tool_calls'),
    input: number('input_tokens'),
    output: number('output_tokens'),
    cost: number('cost'),
    outcome: textOf(attributes[`${AGENT}outcome`]),
  };
}

function labelOf(type: SpanType, attributes: Attributes): string | undefined {
  if (type === 'tool') return pickText(attributes, 'tool');
  if (type === 'agent') return pickText(attributes, 'agent');
  if (type === 'mcp') return pickText(attributes, 'tool') ?? textOf(attributes['mcp.method.name']);
  if (type === 'db') return pickText(attributes, 'database');
  return type === 'http' ? pickText(attributes, 'address') : undefined;
}

const hasFailed = ({ status, attributes }: Span): boolean =>
  status === 2 || (attributes['error.type'] !== undefined && status !== 1);

/** An agent whose model calls another process makes has their usage and their cost. */
const hasUsage = (type: SpanType, attributes: Attributes): boolean =>
  type === 'llm' ||
  type === 'embed' ||
  (type === 'agent' && attributes['llmtrace.cost.source'] !== undefined);

export function rowOf(
  { item: span, raw, resource, scope }: Received<Span>,
  trace: Trace,
  { seq, encoding }: { seq: number; encoding: Encoding },
): Row {
  const { attributes } = span;
  const type = typeOf(span);
  return {
    seq,
    encoding,
    raw,
    resource,
    scope,
    trace,
    type,
    traceId: trace.id,
    spanId: span.spanId,
    parentId: span.parentId,
    name: shared(span.name),
    service: shared(textOf(resource['service.name']) ?? 'unknown_service'),
    start: span.start,
    duration: Math.max(0, span.end - span.start),
    hasFailed: hasFailed(span),
    label: shared(labelOf(type, attributes)),
    call: hasUsage(type, attributes) ? callOf(span) : undefined,
    agent: type === 'agent' ? agentOf(span) : undefined,
    session: shared(pickText(attributes, 'session')),
    user: shared(pickText(attributes, 'user')),
    tenant: shared(pickText(attributes, 'tenant')),
    feature: shared(pickText(attributes, 'feature')),
    isWrapper: false,
    isGone: false,
    logs: undefined,
    asked: undefined,
  };
}

export const newTrace = (id: string, start: number): Trace => ({
  id,
  start,
  rows: [],
  end: 0,
  calls: 0,
  cost: undefined,
  unpriced: 0,
  errors: 0,
  tokens: 0,
  root: undefined,
  session: undefined,
  user: undefined,
  bytes: 0,
  wrappers: new Set(),
});

/** Seconds, as the conventions have them, in ms. */
export const inMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1000;

export const sessionOf = ({ session, trace }: Row): string | undefined => session ?? trace.session;
export const userOf = ({ user, trace }: Row): string | undefined => user ?? trace.user;

export type Status = 'ok' | 'error' | 'cancelled' | 'abandoned';

/** The status of a row; a call that the application left is no failure. */
export function statusOf({ hasFailed, call }: Row): Status {
  if (call?.outcome === 'cancelled' || call?.errorCategory === 'cancelled') return 'cancelled';
  if (call?.outcome === 'abandoned') return 'abandoned';
  return hasFailed ? 'error' : 'ok';
}

/** The row of a model call. */
export type CallRow = Row & { readonly call: CallFields };

export const isCall = (row: Row): row is CallRow => row.call !== undefined;
