/** Reading values out of payloads that may hold anything. */
import { diag } from '@opentelemetry/api';
import type { Usage } from '../model/call.ts';
import {
  cut,
  isObject,
  lookUp,
  MAX_ENTRIES,
  MAX_NAME,
  MAX_TOKENS,
  MAX_USD,
  name,
} from '../platform/bounds.ts';
import { warnOnce } from '../platform/warn.ts';

export { entryAt, lookUp, name, objects, setEntry } from '../platform/bounds.ts';

/** A finite number; `1e999` in JSON is parsed to Infinity, which no attribute and no sum can take. */
export const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** A text of any length: content. Identifiers and names are read by `name`. */
export const string = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** One or several, as a list; undefined where one of them is no text. Both their number and their length are bounded. */
export function strings(value: unknown): string[] | undefined {
  if (typeof value === 'string') return [cut(value, MAX_NAME)];
  if (!Array.isArray(value)) return undefined;
  const texts = value.slice(0, MAX_ENTRIES);
  return texts.every(isText) ? texts.map((text) => cut(text, MAX_NAME)) : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string';

export const count = (value: unknown): number | undefined =>
  Array.isArray(value) ? value.length : value === undefined || value === null ? undefined : 1;

/** A value whose fields can be read: itself, or an object without fields in the place of `null` and of primitives. */
// biome-ignore lint/suspicious/noExplicitAny: payloads of vendors have no type here
export const fields = (value: unknown): any => (isObject(value) ? value : EMPTY);

const EMPTY: object = Object.freeze({});

/** Reads a finish reason by a vendor's table; a reason that the table lacks stays as it is. */
export const finishBy =
  (table: Readonly<Record<string, string>>) =>
  (reason: unknown): string[] | undefined => {
    const word = lookUp(table, reason) ?? name(reason);
    return word === undefined ? undefined : [word];
  };

/** A count of tokens is a whole number from 0 to {@link MAX_TOKENS}. */
export const isTokenCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TOKENS;

/** A cost of a call, in USD, is a number from 0 to {@link MAX_USD}. */
export const isUsd = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MAX_USD;

/**
 * Reads a count of an answer's usage, for {@link checkedUsage}.
 *
 * @returns undefined where the answer has none; NaN where it has a value that is no count, so that each sum with it
 * is NaN, and unknown, too.
 */
export const tokenCount = (value: unknown): number | undefined =>
  value === undefined || value === null ? undefined : isTokenCount(value) ? value : report(value);

/** Reads a cost that an answer reports, for {@link checkedUsage}. @returns as {@link tokenCount} does */
export const reportedUsd = (value: unknown): number | undefined =>
  value === undefined || value === null ? undefined : isUsd(value) ? value : report(value);

/**
 * A vendor's usage, whose fields are sound: what is no count, or no cost, becomes undefined, for it is unknown. Every
 * reader of a vendor's usage ends with it.
 */
export function checkedUsage(usage: Usage): Usage {
  for (const field of Object.keys(usage)) {
    const value = usage[field as keyof Usage];
    if (value === undefined) continue;
    if (field === 'reportedCost' ? isUsd(value) : isTokenCount(value)) continue;
    usage[field as keyof Usage] = undefined;
    // NaN was reported where it was read; a sum of sound counts may still be too large.
    if (!Number.isNaN(value)) report(value);
  }
  return usage;
}

let isReported = false;

/** Reports the first value that is no count. Only a number is shown: a text may be anything. @returns NaN */
function report(value: unknown): number {
  if (!isReported) {
    isReported = true;
    const shown = typeof value === 'number' ? String(value) : `a ${typeof value}`;
    warnOnce(
      `an answer's usage has ${shown} where a count of tokens or a cost belongs; such a value counts as unknown: ` +
        'spans, metrics, costs, limits and budgets leave it out. Check the gateway or the model server that sent it',
    );
    diag.debug(`llmtrace: a count of tokens is a whole number from 0 to ${MAX_TOKENS}`);
  }
  return Number.NaN;
}
