/** Callbacks of the application. An error in one must not fail a call. */
import type { DiagLogger } from '@opentelemetry/api';
import { isThenable } from './is-thenable.ts';

const MAX_REPORTS = 100;

/**
 * Wraps a callback so that it never throws. If it throws, or returns a promise that rejects, the result is undefined and
 * the error is logged, once for each message. An unhandled rejection would end the process.
 *
 * @param name the name of the callback in the log.
 */
export function safeCallback<A extends unknown[], R>(
  name: string,
  callback: (...args: A) => R,
  diag: Pick<DiagLogger, 'error'>,
): (...args: A) => R | undefined {
  const reported = new Set<string>();
  const report = (error: unknown): undefined => {
    try {
      const cause = String(error);
      if (reported.has(cause) || reported.size >= MAX_REPORTS) return;
      reported.add(cause);
      diag.error(`${name} failed; the call goes on`, error);
    } catch {} // the application's own logger failed
  };
  return (...args) => {
    try {
      const result = callback(...args);
      if (!isThenable(result)) return result;
      result.then(undefined, report);
      return undefined;
    } catch (error) {
      return report(error);
    }
  };
}
