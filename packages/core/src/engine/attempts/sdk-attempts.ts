/**
 * The retries that an SDK makes by itself. An attempt becomes a retry only when another one follows it, so that how it
 * failed is kept until then. The promise of an attempt is the SDK's own; the body of its answer is not read.
 */
import { classifyError } from '../../errors/index.ts';
import type { Call, Retry } from '../../model/call.ts';
import { fields } from '../../vendor/values.ts';
import { guard } from '../guard.ts';
import type { OpenCall } from '../open-call.ts';

/** A span of OpenTelemetry's SDK has no more events by default. */
const MAX_RETRIES = 128;
const FIRST_ERROR = 400;

/** How the last attempt of an SDK failed. */
export interface FailedAttempt {
  /** `performance.now()` when it had failed, in ms. */
  readonly time: number;
  /** An error, or what is known of an answer: its status. */
  readonly error: unknown;
  /** The number of retries of the call up to then. */
  readonly retries: number;
}

/** An SDK begins an attempt: one that failed before has been repeated. */
export function attemptBegins(live: OpenCall): void {
  const { failedAttempt: failed, call } = live;
  if (!failed) return;
  live.failedAttempt = undefined;
  // The interceptor of retries has repeated the request, and has reported that.
  if (retriesOf(call) > failed.retries) return;
  guard(live.engine, 'retry', () => addRetry(call, failed));
}

function addRetry(call: Call, { time, error }: FailedAttempt): void {
  call.retries ??= [];
  if (call.retries.length < MAX_RETRIES) call.retries.push(retryOf(error, time));
}

function retryOf(error: unknown, time: number): Retry {
  const { type, status } = classifyError(error);
  // The SDK ended it by its own clock: after an abort of the application, no attempt follows.
  const errorType = type === 'cancelled' ? 'timeout' : type;
  return { time, errorType, status, delay: performance.now() - time };
}

/**
 * Watches one attempt of an SDK, and hands its promise back.
 * @param seen runs with the answer; its own failure is reported.
 */
export function watchAttempt<T>(live: OpenCall, attempt: T, seen?: (answer: unknown) => void): T {
  if (attempt instanceof Promise) {
    attempt.then(
      (answer: unknown) =>
        guard(live.engine, 'answer', () => {
          seen?.(answer);
          const status = statusOf(answer);
          if (status >= FIRST_ERROR) attemptFailed(live, { status });
        }),
      (error: unknown) => attemptFailed(live, error),
    );
  }
  return attempt;
}

/** Of a `Response`; of AWS's answers, which are within the result. */
function statusOf(answer: unknown): number {
  const { status, response } = fields(answer);
  return Number(status ?? fields(response)['statusCode']);
}

function attemptFailed(live: OpenCall, error: unknown): void {
  const { call } = live;
  if (call.endTime === undefined)
    live.failedAttempt = { time: performance.now(), error, retries: retriesOf(call) };
}

const retriesOf = ({ retries }: Call): number => retries?.length ?? 0;
