/**
 * One answer to "what went wrong" for all vendors. Errors are known by their shape and not by their class, so that it
 * holds for several copies of an SDK, for bundles, and for minified code. An error is only read, never changed.
 */
import type { Call } from '../model/call.ts';
import { type Facts, factsOf } from './error-details.ts';
import { isRefusal } from './llmtrace-error.ts';
import { errorCode } from './naming.ts';
import { retryAfterOf } from './retry-after.ts';
import { type CallErrorType, categoryOf, type ErrorCategory } from './rules.ts';

/** What an error is, in terms that all vendors share. */
export interface ErrorInfo {
  readonly type: ErrorCategory;
  /**
   * Whose SDK made the error: `openai`, `anthropic`, `gcp.gemini` (`@google/generative-ai`) or `gcp.gen_ai`
   * (`@google/genai`); undefined where it cannot be told. A gateway behind the SDK is not seen.
   */
  readonly provider: string | undefined;
  /** The HTTP status of the vendor's answer; undefined where there was none. */
  readonly status: number | undefined;
  /** The vendor's own code (`rate_limit_exceeded`, `overloaded_error`, `RESOURCE_EXHAUSTED`). */
  readonly code: string | undefined;
  /** How long the vendor asks to wait, in ms; undefined where it does not. */
  readonly retryAfter: number | undefined;
  /** The vendor's id of the request, for its support. */
  readonly requestId: string | undefined;
}

/**
 * Says what an error is. Takes anything at all and never throws.
 * @param signal the signal that the call was given, if any. Google's SDKs report a timeout as they report an abort:
 * with a signal that is not aborted it is a `timeout`; without a signal it is taken for `cancelled`.
 */
export function classifyError(error: unknown, signal?: AbortSignal): ErrorInfo {
  const facts = factsOf(error);
  const type = categoryOf(facts);
  const { status, provider, requestId } = facts;
  return {
    type: type === 'cancelled' && signal && !signal.aborted ? 'timeout' : type,
    provider,
    status,
    code: errorCode(error) ?? grpcCode(facts),
    retryAfter: retryAfterOf(facts, Date.now()),
    requestId,
  };
}

/** Google's status in words, as it stands in the answer that the SDK makes a message of. */
function grpcCode({ codes }: Facts): string | undefined {
  for (const code of codes) if (/^[A-Z][A-Z_]+$/.test(code)) return code;
  return undefined;
}

/**
 * What the error of a call is: {@link classifyError}, with what the engine knows of who stopped the call.
 * Spans, logs and metrics all say this word.
 */
export function callErrorType({ error, outcome }: Pick<Call, 'error' | 'outcome'>): CallErrorType {
  if (outcome === 'cancelled') return 'cancelled';
  if (isRefusal(error)) return 'refused';
  const type = categoryOf(factsOf(error));
  return type === 'cancelled' ? 'timeout' : type;
}

const isOf =
  (...types: readonly ErrorCategory[]) =>
  (error: unknown): boolean =>
    types.includes(categoryOf(factsOf(error)));

/** Too many requests or tokens a time: a wait helps. A quota that is used up is not one: {@link isQuotaExceeded}. */
export const isRateLimit = isOf('rate_limit');

/** The key is missing, wrong, or may not do this (401, 403). */
export const isAuthError = isOf('auth', 'permission');

/** The vendor failed, or has no capacity (5xx). */
export const isServerError = isOf('server', 'overloaded');

/** The request has to change before it can succeed: it is wrong, too long, or names what is not there. */
export const isInvalidRequest = isOf('invalid_request', 'context_length', 'not_found');

/** No answer in time, by the client's clock or by the vendor's. */
export const isTimeout = isOf('timeout');

/** The request is longer than the model takes. */
export const isContextLength = isOf('context_length');

/** Refused for what the request or the answer says. */
export const isContentFilter = isOf('content_filter');

/** What was paid for is used up: only the account's owner can help. */
export const isQuotaExceeded = isOf('quota');

/** The application stopped the call itself. */
export const isCancelled = isOf('cancelled');

const TRANSIENT: ReadonlySet<ErrorCategory> = new Set([
  'rate_limit',
  'overloaded',
  'server',
  'timeout',
  'connection',
]);
/** Conflicts pass; what is not implemented, or not spoken, stays so. */
const EXCEPTIONS: Readonly<Record<number, boolean>> = { 409: true, 501: false, 505: false };

/**
 * The same request may succeed a little later. Where the vendor says so itself (`x-should-retry`), its word counts,
 * but never for a quota or for a call that the application stopped.
 */
export function isTransient(error: unknown): boolean {
  const facts = factsOf(error);
  const type = categoryOf(facts);
  if (type === 'cancelled' || type === 'quota') return false;
  const said = facts.header('x-should-retry');
  if (said === 'true' || said === 'false') return said === 'true';
  return EXCEPTIONS[facts.status ?? 0] ?? TRANSIENT.has(type);
}
