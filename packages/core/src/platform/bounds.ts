/**
 * Bounds for data from outside. A vendor, a gateway or a model may send any index, count, name or depth; each is
 * bounded before it is used, so that an absurd one costs no more time and memory than the answer itself.
 */

/**
 * No index from outside is larger: OpenAI allows 128 choices and Gemini 8 candidates. A list with holes up to it is walked in less than 0.1 ms.
 */
const MAX_INDEX = 4095;

/** The most entries that are read of a list of choices, candidates, finish reasons or tool calls. */
export const MAX_ENTRIES = MAX_INDEX + 1;

/** The longest identifier, name, finish reason or code that is recorded, in UTF-16 code units. */
export const MAX_NAME = 256;

/** How deep values within content are followed. JSON schemas of real tools have up to 20 levels. */
export const MAX_DEPTH = 100;

/** The most tokens (or searches) of one call: 100 times the largest context window of 2026, which has 10 million. */
export const MAX_TOKENS = 1e9;

/** The highest cost of one call, in USD: a thousand times the largest request at the highest price. */
export const MAX_USD = 1e6;

const isIndex = (index: unknown, max: number): index is number =>
  typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= max;

/**
 * Sets the entry with this index, which a vendor counts from 0. An entry whose index is missing or out of bounds
 * takes the next free place; a full list drops it.
 * @param otherwise the index to use if the vendor sends none, as some gateways do.
 */
export function setEntry<T>(entries: T[], index: unknown, value: T, otherwise = 0): void {
  const at = index ?? otherwise;
  if (isIndex(at, MAX_INDEX)) entries[at] = value;
  else if (entries.length <= MAX_INDEX) entries.push(value);
}

/** The largest index of a list of JavaScript. */
const MAX_SPARSE = 2 ** 32 - 2;

/**
 * The entry with this index, which is made where it is the first of it. However far apart indices are, the list stays
 * as small as the number of its entries, as long as it is read by its values and not from index to index.
 * @param otherwise the index to use if the vendor sends none or an invalid one.
 */
// biome-ignore lint/suspicious/noExplicitAny: payloads of vendors have no type here
export function entryAt(entries: any[], index: unknown, make: () => object, otherwise = 0): any {
  const at = isIndex(index, MAX_SPARSE) ? index : otherwise;
  entries[at] ??= make();
  return entries[at];
}

const NONE: readonly never[] = [];

/** The objects of a list, at most {@link MAX_ENTRIES}; none where it is no list. */
// biome-ignore lint/suspicious/noExplicitAny: payloads of vendors have no type here
export function objects(list: unknown): readonly any[] {
  if (!Array.isArray(list)) return NONE;
  const bounded = list.length > MAX_ENTRIES ? list.slice(0, MAX_ENTRIES) : list;
  return bounded.every(isObject) ? bounded : bounded.filter(isObject);
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * The value that a table has for a word from outside; undefined where it has none. Names that every object inherits
 * (`constructor`) are no entries of a table.
 */
export const lookUp = <T>(table: Readonly<Record<string, T>>, word: unknown): T | undefined =>
  typeof word === 'string' && Object.hasOwn(table, word) ? table[word] : undefined;

/** The text, truncated to `maxLength` code units; the last one is then `…`. It never splits a surrogate pair. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = maxLength - 1;
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return `${startOf(text, splitsPair ? end - 1 : end)}…`;
}

/**
 * The first code units of a text. They are copied, since V8's slice of a string keeps the whole string: 256 characters
 * of a name would keep its 100 KB.
 */
export const startOf = (text: string, length: number): string =>
  text.length <= length ? text : Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le');

/** An identifier, a name or another word from outside, cut to {@link MAX_NAME}; undefined for anything else. */
export const name = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? cut(value, MAX_NAME) : undefined;
