/**
 * Makes texts from outside safe for a terminal and for a log line. A model's name or an error may contain escape
 * sequences that move the cursor, line breaks that forge a new line, and marks that reverse the text direction.
 */
import { cut, MAX_DEPTH } from './bounds.ts';
import { memo } from './memo.ts';

/**
 * Controls (with the beginnings of ANSI sequences), marks of format (direction, joiners), halves of surrogate pairs,
 * separators of lines and paragraphs.
 */
const UNPRINTABLE = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]`;
/** The same but for the line breaks and tabs of a text of several lines. */
const UNPRINTABLE_IN_LINES = String.raw`(?![\n\t])${UNPRINTABLE}`;

/** Made at the first use: as literals, V8 would build their classes as it reads this file (5 million instructions of a start). */
const patternOf = memo(new Map<string, RegExp>(), (source) => new RegExp(source, 'gu'));

/** The text in one line of at most `maxLength`. Each character that a terminal would act on becomes `�`. */
export const printable = (text: string, maxLength: number): string =>
  cut(text, maxLength).replace(patternOf(UNPRINTABLE), '\ufffd');

/** The same of a text of several lines. */
export const printableLines = (text: string): string =>
  text.replace(patternOf(UNPRINTABLE_IN_LINES), '\ufffd');

/** A value of a log line, in which every text is printable. Its line breaks stay, which are escaped within JSON. */
export function printableValue(value: unknown, depth = MAX_DEPTH): unknown {
  if (typeof value === 'string') return printableLines(value);
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((entry) => printableValue(entry, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [printableLines(key), printableValue(entry, depth - 1)]),
  );
}
