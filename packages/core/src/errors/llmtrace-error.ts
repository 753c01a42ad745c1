/** The error of llmtrace's own: a call that it refused to send. */

/**
 * Why a call was refused. `rate_limited`: the limit is reached, and the limiter refuses instead of waiting.
 * `queue_full`: too many calls wait already. `wait_too_long`: the call waited for `maxWait`.
 * `budget_exceeded`: the money or the tokens of the window are spent. `budget_invalid`: the budget's variables have a
 * wrong value, and `LLMTRACE_BUDGET_STRICT` is on. `cost_unknown`: what the call costs is not known, and the budget
 * refuses such calls. `limits_unavailable`: the store of the limits
 * that several processes share is out of reach, and is configured to let no call through then.
 */
export type Refusal =
  | 'rate_limited'
  | 'queue_full'
  | 'wait_too_long'
  | 'budget_exceeded'
  | 'budget_invalid'
  | 'cost_unknown'
  | 'limits_unavailable';

/** The fields of {@link LlmTraceError} besides its message. */
export interface RefusalDetails {
  readonly code: Refusal;
  /** Which limit or budget refused: its key, e.g. `openai gpt-4o`. */
  readonly key: string;
  /** The time after which a retry may succeed, in ms from now; undefined if unknown. */
  readonly retryAfter: number | undefined;
}

/** All of them. */
export const REFUSALS = [
  'rate_limited',
  'queue_full',
  'wait_too_long',
  'budget_exceeded',
  'budget_invalid',
  'cost_unknown',
  'limits_unavailable',
] as const satisfies readonly Refusal[];

const REFUSAL = Symbol.for('llmtrace.refusal');

/**
 * A call that a rate limit or a budget refused. It reaches the application as it is, where the call is awaited: the
 * SDK neither wraps nor repeats it, and no request was sent.
 */
export class LlmTraceError extends Error implements RefusalDetails {
  override readonly name = 'LlmTraceError';
  readonly code: Refusal;
  readonly key: string;
  readonly retryAfter: number | undefined;

  constructor(message: string, { code, key, retryAfter }: RefusalDetails) {
    super(message);
    this.code = code;
    this.key = key;
    this.retryAfter = retryAfter;
    Object.defineProperty(this, REFUSAL, { value: true });
  }
}

/** True for a refusal by llmtrace, whichever copy of it refused. */
export function isRefusal(error: unknown): error is LlmTraceError {
  try {
    return error instanceof Error && REFUSAL in error;
  } catch {
    return false; // a Proxy of the application's
  }
}
