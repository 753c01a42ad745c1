/** The answers of `/api`, which the page reads. Times are in ms. */
import type { SpanType } from './names.ts';
import type { Attributes, SpanEvent, SpanLink } from './otlp/types.ts';
import type { Status } from './store/row.ts';
import type { Running } from './store/store.ts';

/** A finding of the doctor. */
export interface DoctorFinding {
  readonly code: string;
  readonly message: string;
  readonly cure: string;
  /** Whether traces are lost. */
  readonly lost: boolean;
}

export interface DoctorReport {
  readonly command: string;
  readonly versions: string;
  readonly copies: readonly { module: string; version: string; build: string; methods: number }[];
  readonly traced: readonly (readonly [string, number])[];
  readonly untraced: readonly (readonly [string, number])[];
  readonly findings: readonly DoctorFinding[];
}

export interface State {
  readonly version: number;
  readonly spans: number;
  readonly calls: number;
  readonly traces: number;
  readonly logs: number;
  readonly metrics: number;
  readonly bytes: number;
  readonly dropped: number;
  readonly rejected: number;
  readonly maxSpans: number;
  readonly maxBytes: number;
  readonly lastReceived: number;
  readonly services: readonly (readonly [string, number])[];
  readonly models: readonly string[];
  readonly running: readonly Running[];
  readonly doctor: readonly DoctorReport[];
  /** Whether one of the newest calls has messages. */
  readonly hasContent: boolean;
  /** The number of calls since the last state, and of those that failed. */
  readonly newCalls: number;
  readonly newErrors: number;
  readonly file: string | undefined;
}

/** A call in a list. */
export interface Call {
  readonly id: string;
  readonly traceId: string;
  readonly seq: number;
  readonly start: number;
  readonly duration: number;
  readonly status: Status;
  readonly service: string;
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly operation: string | undefined;
  /** The name of the trace's root span; undefined if that is the call itself. */
  readonly origin: string | undefined;
  readonly asked?: string | undefined;
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cached: number | undefined;
  readonly written: number | undefined;
  readonly reasoning: number | undefined;
  readonly cost: number | undefined;
  readonly isPartial: boolean;
  /** In ms. */
  readonly firstChunk: number | undefined;
  readonly wait: number | undefined;
  readonly retries: number;
  readonly finish: string | undefined;
  readonly error: string | undefined;
  readonly session: string | undefined;
  readonly user: string | undefined;
  readonly isWrapper: boolean;
}

export interface CallDetail extends Call {
  readonly responseModel: string | undefined;
  readonly inputCost: number | undefined;
  readonly outputCost: number | undefined;
  readonly costSource: string | undefined;
  readonly outcome: string | undefined;
  readonly errorType: string | undefined;
  readonly errorCode: string | undefined;
  readonly httpStatus: number | undefined;
}

export interface Totals {
  readonly calls: number;
  readonly cost: number;
  readonly unpriced: number;
  readonly errors: number;
  readonly input: number;
  readonly output: number;
}

export interface CallList {
  readonly total: number;
  readonly totals: Totals;
  /** Words of the filter that are no valid tests. */
  readonly unknown: readonly string[];
  readonly rows: readonly Call[];
}

export interface ModelSums {
  readonly model: string;
  readonly calls: number;
  readonly errors: number;
  readonly cost: number;
  readonly unpriced: number;
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly median: number | undefined;
  readonly p95: number | undefined;
}

export interface Bucket {
  readonly calls: number;
  readonly errors: number;
  readonly tokens: number;
  readonly median: number | undefined;
  readonly cost: Readonly<Record<string, number>>;
}

export interface Origin {
  readonly name: string;
  readonly traces: number;
  readonly calls: number;
  readonly cost: number;
  readonly unpriced: number;
}

/** The start (ms after `from`), the duration, the index of the model in `models` and of the status in STATUSES, the span's id. */
export type Dot = readonly [number, number, number, number, string];

export const STATUSES: readonly Status[] = ['ok', 'error', 'cancelled', 'abandoned'];

export interface Overview {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly totals: Totals & {
    readonly left: number;
    readonly cached: number;
    readonly retries: number;
    readonly median: number | undefined;
    readonly p95: number | undefined;
    readonly firstChunkMedian: number | undefined;
    readonly firstChunkP95: number | undefined;
  };
  readonly models: readonly ModelSums[];
  readonly buckets: readonly Bucket[];
  readonly origins: readonly Origin[];
  readonly dots: readonly Dot[];
  /** Whether the dots are only a part of the calls. */
  readonly isSampled: boolean;
}

export interface TraceSummary {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly start: number;
  readonly duration: number;
  readonly spans: number;
  readonly calls: number;
  readonly tokens: number;
  readonly cost: number | undefined;
  readonly unpriced: number;
  readonly errors: number;
  readonly hasFailed: boolean;
  readonly session: string | undefined;
  readonly user: string | undefined;
}

/** The start and the duration of a span as shares of the trace's; its type; whether it failed. */
export type Strip = readonly [number, number, SpanType, boolean];

export interface TraceList {
  readonly total: number;
  readonly rows: readonly (TraceSummary & { readonly strip: readonly Strip[] })[];
}

/** The sums of an agent's run. */
export interface AgentSums {
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly input: number;
  readonly output: number;
  readonly cost: number | undefined;
  readonly unpriced: number;
  readonly outcome: string | undefined;
}

export interface TraceSpan {
  readonly id: string;
  readonly parentId: string;
  readonly name: string;
  readonly label: string | undefined;
  readonly type: SpanType;
  readonly service: string;
  readonly start: number;
  readonly duration: number;
  readonly hasFailed: boolean;
  readonly call: Call | undefined;
  readonly agent: AgentSums | undefined;
  /** The times of log records. */
  readonly logs: readonly number[];
}

export interface TraceDetail extends TraceSummary {
  readonly list: readonly TraceSpan[];
}

/** A text that was cut; the API returns the whole text for `path`. */
export interface Cut {
  readonly $cut: string;
  readonly length: number;
  readonly path: string;
}

export interface Content {
  readonly system?: unknown;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly tools?: unknown;
}

export interface SpanDetail {
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string;
  readonly name: string;
  readonly type: SpanType;
  readonly kind: number;
  readonly service: string;
  readonly scope: string;
  readonly start: number;
  readonly duration: number;
  readonly status: Status;
  readonly message: string;
  readonly call: CallDetail | undefined;
  readonly agent: AgentSums | undefined;
  readonly session: string | undefined;
  readonly user: string | undefined;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly logs: readonly { time: number; words: string; severity: number; attributes: Attributes }[];
  readonly content: Content;
  readonly bytes: number;
}

export interface SessionSummary {
  readonly id: string;
  readonly user: string | undefined;
  readonly calls: number;
  readonly input: number;
  readonly output: number;
  readonly errors: number;
  readonly cost: number;
  readonly unpriced: number;
  readonly last: number;
  /** For each of the last calls: its input tokens, and whether it failed. */
  readonly turns: readonly (readonly [number, boolean])[];
}

export interface UserSums {
  readonly id: string;
  readonly sessions: number;
  readonly calls: number;
  readonly cost: number;
  readonly unpriced: number;
}

export interface SessionList {
  readonly sessions: readonly SessionSummary[];
  readonly users: readonly UserSums[];
  readonly tenants: readonly UserSums[];
  readonly features: readonly UserSums[];
}

export interface Turn extends Call {
  /** The cost of the session up to and including this call. */
  readonly sum: number;
  readonly isSumPartial: boolean;
  readonly said: unknown;
  readonly answer: unknown;
}

export interface SessionDetail {
  readonly id: string;
  readonly user: string | undefined;
  readonly turns: readonly Turn[];
}

export interface ErrorGroup {
  readonly key: string;
  readonly category: string | undefined;
  readonly type: string | undefined;
  readonly code: string | undefined;
  readonly httpStatus: number | undefined;
  readonly provider: string | undefined;
  readonly message: string | undefined;
  readonly count: number;
  readonly users: number;
  readonly first: number;
  readonly last: number;
  readonly times: readonly number[];
  readonly models: readonly (readonly [string, number])[];
  readonly origins: readonly (readonly [string, number])[];
  readonly latest: readonly Call[];
}

export type { Running };
