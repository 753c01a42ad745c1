/**
 * Texts from outside as they are printed: on a terminal, and in a line of a log. A model's name or an error may carry
 * sequences that move the cursor, line breaks that begin a line of their own, and marks that reverse what follows.
 */
import { cut, MAX_DEPTH } from './bounds.ts';

/**
 * Controls (with the beginnings of ANSI sequences), marks of format (direction, joiners), halves of surrogate pairs,
 * separators of lines and paragraphs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** The same but for the line breaks and tabs of a text of several lines. */
const UNPRINTABLE_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text in one line, without what a terminal would act on, each of which becomes `�`; cut to `maxLength`. */
export const printable = (text: string, maxLength: number): string =>
  cut(text, maxLength).replace(UNPRINTABLE, '\ufffd');

/** The same of a text of several lines. */
export const printableLines = (text: string): string => text.replace(UNPRINTABLE_IN_LINES, '\ufffd');

/** A value of a log line, in which every text is printable. Its line breaks stay, which are escaped within JSON. */
export function printableValue(value: unknown, depth = MAX_DEPTH): unknown {
  if (typeof value === 'string') return printableLines(value);
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((entry) => printableValue(entry, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [printableLines(key), printableValue(entry, depth - 1)]),
  );
}
