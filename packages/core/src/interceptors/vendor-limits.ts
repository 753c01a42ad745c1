/**
 * Reads the vendors' rate-limit headers. https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers
 * https://docs.anthropic.com/en/api/rate-limits#response-headers
 */
import type { Remaining } from '../model/call.ts';

/** The remainder of one limit, and the time until it is restored. */
export interface VendorLimit {
  readonly limit: number | undefined;
  readonly remaining: number;
  /** Until the limit is whole again, in ms; undefined where the vendor does not say. */
  readonly reset: number | undefined;
}

/** The limits that an answer's headers report. */
export type VendorLimits = { readonly [what in keyof Remaining]?: VendorLimit };

/** How the headers of a limit are named: OpenAI's, Anthropic's. */
const NAMES: readonly ((what: string, field: string) => string)[] = [
  (what, field) => `x-ratelimit-${field}-${what}`,
  (what, field) => `anthropic-ratelimit-${what}-${field}`,
];

/**
 * @param answered the result of an attempt: a `Response`, or an error with `headers`.
 * @param now the time of the day, in ms, for headers with a date.
 * @returns undefined if the answer has no such headers.
 */
export function vendorLimits(answered: unknown, now: number): VendorLimits | undefined {
  const headers = (answered as { headers?: { get?(name: string): unknown } } | null | undefined)?.headers;
  if (typeof headers?.get !== 'function') return undefined;
  const read = (name: string): string | undefined => {
    const value = headers.get?.(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const requests = limitOf('requests', read, now);
  const tokens = limitOf('tokens', read, now);
  if (!requests && !tokens) return undefined;
  return { ...(requests && { requests }), ...(tokens && { tokens }) };
}

function limitOf(
  what: string,
  read: (name: string) => string | undefined,
  now: number,
): VendorLimit | undefined {
  for (const name of NAMES) {
    const remaining = whole(read(name(what, 'remaining')));
    if (remaining === undefined) continue;
    const reset = read(name(what, 'reset'));
    return {
      remaining,
      limit: whole(read(name(what, 'limit'))),
      reset: reset === undefined ? undefined : durationOf(reset, now),
    };
  }
  return undefined;
}

function whole(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `6m0s`, `1.5s`, `20ms`, seconds, or a date (RFC 3339). In ms. */
export function durationOf(text: string, now: number): number | undefined {
  if (/^(?:[\d.]+(?:ms|[smhd]))+$/.test(text)) {
    let total = 0;
    for (const [, value, unit] of text.matchAll(/([\d.]{1,20})(ms|[smhd])/g))
      total += Number(value) * (UNITS[unit ?? ''] ?? 0);
    return Number.isNaN(total) ? undefined : total;
  }
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
