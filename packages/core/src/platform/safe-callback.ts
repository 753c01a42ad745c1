/** Functions of the application that llmtrace calls, and that must not fail a call. */
import type { DiagLogger } from '@opentelemetry/api';
import { isThenable } from './is-thenable.ts';

const MAX_REPORTS = 100;

/**
 * The function, which never throws: an error of it, or the rejection of a promise that it returns, is logged once for each
 * message. It returns undefined then. A rejection that nothing handles would end the process.
 *
 * @param what names the function in the log.
 */
export function safeCallback<A extends unknown[], R>(
  what: string,
  callback: (...args: A) => R,
  diag: Pick<DiagLogger, 'error'>,
): (...args: A) => R | undefined {
  const reported = new Set<string>();
  const report = (error: unknown): undefined => {
    try {
      const cause = String(error);
      if (reported.has(cause) || reported.size >= MAX_REPORTS) return;
      reported.add(cause);
      diag.error(`${what} failed; the call goes on`, error);
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
