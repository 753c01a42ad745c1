/** Reading values out of payloads that may hold anything. */
import { cut, isObject, MAX_ENTRIES, MAX_NAME } from './bounds.ts';

export { entryAt, lookUp, name, objects, setEntry } from './bounds.ts';

export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

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
