/** Callbacks of the application. An error in one must not fail a call. */
import type { DiagLogger } from '@opentelemetry/api';
import { isThenable } from './is-thenable.ts';
import { warnOnce } from './warn.ts';

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

/** What a function of the application must return, and what holds where it does not, for the warning. */
export interface Demand<T> {
  readonly name: string;
  readonly expected: string;
  readonly otherwise: string;
  isRight(value: unknown): value is T;
}

/** The value of a function of the application; undefined, with one warning, where it throws or returns another one. */
export function demandedValue<T>(callback: () => unknown, demand: Demand<T>): T | undefined {
  try {
    const value = callback();
    if (demand.isRight(value)) return value;
    // A rejection that has no handler would end the process.
    if (isThenable(value)) value.then(undefined, () => {});
    warnOfValue(demand, `returned ${kindOf(value)}`);
  } catch {
    warnOfValue(demand, 'threw an error');
  }
  return undefined;
}

const warnOfValue = ({ name, expected, otherwise }: Demand<unknown>, what: string): void =>
  warnOnce(`${name} has to return ${expected}, but ${what}; ${otherwise}`);

function kindOf(value: unknown): string {
  if (isThenable(value)) return 'a promise';
  return value === undefined || value === null ? String(value) : `a value of the type ${typeof value}`;
}
