/** How long a vendor asks to wait before the next attempt. */
import type { Facts } from './error-details.ts';
import { get, text } from './read.ts';
import { detail } from './rules.ts';

/**
 * In ms: `retry-after-ms`, else `retry-after` in seconds or as a date, else Google's `RetryInfo`; undefined where
 * the vendor names no wait.
 */
export function retryAfterOf(facts: Facts, now: number): number | undefined {
  const exact = milliseconds(facts.header('retry-after-ms'), 1);
  if (exact !== undefined) return exact;
  const header = facts.header('retry-after');
  return milliseconds(header, 1000) ?? until(header, now) ?? milliseconds(delayIn(facts), 1000);
}

const delayIn = ({ details }: Facts): string | undefined =>
  /^(.+)s$/.exec(text(get(detail(details, 'RetryInfo'), 'retryDelay')) ?? '')?.[1];

function milliseconds(value: string | undefined, unit: number): number | undefined {
  return value !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(value)
    ? Math.ceil(Number(value) * unit)
    : undefined;
}

/** A date that has passed means now. A number is no date, though a date's parser takes many for one. */
function until(value: string | undefined, now: number): number | undefined {
  if (value === undefined || !/[a-z]/i.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
