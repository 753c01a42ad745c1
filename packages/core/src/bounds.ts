/**
 * Bounds of what comes from outside. A vendor, a gateway or a model may send any index, count, name or depth; each is
 * bounded before it is used, so that an absurd one costs no more time and memory than the answer itself.
 */

/**
 * No index from outside is larger: OpenAI allows 128 choices and Gemini 8 candidates, and the longest recorded
 * answer has some hundred items. A list with holes up to it is walked in less than 0.1 ms.
 */
export const MAX_INDEX = 4095;

/** The most entries that are read of a list of choices, candidates, finish reasons or tool calls. */
export const MAX_ENTRIES = MAX_INDEX + 1;

/** The longest identifier, name, finish reason or code that is recorded, in UTF-16 code units. */
export const MAX_NAME = 256;

/** How deep values within content are followed. JSON schemas of real tools have up to 20 levels. */
export const MAX_DEPTH = 100;

/**
 * The index of an entry, as far as a vendor says it.
 * @param otherwise where the vendor says none, as some gateways do.
 * @returns undefined for what is no index, or one that is out of bounds: what it stands at is not recorded.
 */
export function boundedIndex(index: unknown, otherwise = 0): number | undefined {
  const at = index === undefined || index === null ? otherwise : index;
  return typeof at === 'number' && Number.isInteger(at) && at >= 0 && at <= MAX_INDEX ? at : undefined;
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

/** A text cut to so many code units, the last of which is then `…`. A pair of surrogates is not split. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = maxLength - 1;
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return `${copy(text.slice(0, splitsPair ? end - 1 : end))}…`;
}

/** V8's slice of a string keeps the whole string: 256 characters of a name would keep its 100 KB. */
const copy = (slice: string): string => Buffer.from(slice, 'utf16le').toString('utf16le');

/** An identifier, a name or another word from outside, cut to {@link MAX_NAME}; undefined for anything else. */
export const name = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? cut(value, MAX_NAME) : undefined;
