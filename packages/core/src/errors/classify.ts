/**
 * Classifies errors alike for all vendors. It recognises errors by their shape and not by their class, so that it
 * works with several copies of an SDK, with bundles, and with minified code. It never changes an error.
 */
import type { Call } from '../model/call.ts';
import { type Facts, factsOf } from './error-details.ts';
import { isRefusal } from './llmtrace-error.ts';
import { errorCode } from './naming.ts';
import { retryAfterOf } from './retry-after.ts';
import { type CallErrorType, categoryOf, type ErrorCategory } from './rules.ts';

/** The classification of an error, in terms that all vendors share. */
export interface ErrorInfo {
  readonly type: ErrorCategory;
  /**
   * The SDK that made the error: `openai`, `anthropic`, `gcp.gemini` (`@google/generative-ai`), `gcp.gen_ai`
   * (`@google/genai`) or `aws.bedrock`; undefined if unknown. A gateway behind the SDK is not visible.
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
 * Classifies an error. It accepts any value and never throws.
 * @param signal the signal that was passed to the call, if any. Google's SDKs report a timeout like an abort: with a
 * signal that is not aborted it is a `timeout`; without a signal it counts as `cancelled`.
 */
export function classifyError(error: unknown, signal?: AbortSignal): ErrorInfo {
  const facts = factsOf(error);
  const type = categoryOf(facts);
  const { status, provider, requestId } = facts;
  return {
    type: type === 'cancelled' && signal && !signal.aborted ? 'timeout' : type,
    provider,
    status,
    code: facts.codes.size === 0 ? undefined : (errorCode(error) ?? grpcCode(facts)),
    retryAfter: retryAfterOf(facts, Date.now()),
    requestId,
  };
}

/** Google's status word, from the answer that the SDK turns into a message. */
function grpcCode({ codes }: Facts): string | undefined {
  for (const code of codes) if (/^[A-Z][A-Z_]+$/.test(code)) return code;
  return undefined;
}

/**
 * Classifies the error of a call: {@link classifyError}, with the engine's knowledge of who stopped the call. Spans,
 * logs and metrics all use the result.
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

/** The request must change to succeed: it is invalid, too long, or names a missing resource. */
export const isInvalidRequest = isOf('invalid_request', 'context_length', 'not_found');

/** No answer in time, by the client's clock or by the vendor's. */
export const isTimeout = isOf('timeout');

/** The request is longer than the model takes. */
export const isContextLength = isOf('context_length');

/** Refused because of the content of the request or the answer. */
export const isContentFilter = isOf('content_filter');

/** The paid quota is used up: only the account's owner can help. */
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
/** A conflict is temporary; a feature that is not implemented or a protocol that is not supported stays so. */
const EXCEPTIONS: Readonly<Record<number, boolean>> = { 409: true, 501: false, 505: false };

/**
 * The same request may succeed a little later. The vendor's header `x-should-retry` takes precedence, except for a
 * quota and for a call that the application stopped.
 */
export function isTransient(error: unknown): boolean {
  const facts = factsOf(error);
  const type = categoryOf(facts);
  if (type === 'cancelled' || type === 'quota') return false;
  const shouldRetry = facts.header('x-should-retry');
  if (shouldRetry === 'true' || shouldRetry === 'false') return shouldRetry === 'true';
  return EXCEPTIONS[facts.status ?? 0] ?? TRANSIENT.has(type);
}
