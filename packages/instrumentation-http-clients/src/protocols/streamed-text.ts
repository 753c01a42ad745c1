/** The text of a streamed answer: its events have the pieces of it, or each has all of it so far. */
import { isText } from './protocol.ts';

/** What a content reader folds events into. */
export interface TextSoFar {
  llmtraceText?: string;
  /** The texts of all events, joined, while they may still be pieces. */
  llmtraceJoined?: string | undefined;
  llmtraceArePieces?: boolean;
}

export function addPiece(whole: TextSoFar, piece: unknown): void {
  if (isText(piece)) whole.llmtraceText = (whole.llmtraceText ?? '') + piece;
}

/** No piece repeats as many characters by chance. */
const SURE = 64;

/**
 * Adds the text of an event of a server that sends all of the answer each time, or pieces, as it is configured. Only the
 * events show which: all so far begins with all before.
 */
export function addTextSoFar(whole: TextSoFar, text: unknown): void {
  if (!isText(text)) return;
  const { llmtraceText: before = '', llmtraceJoined: joined } = whole;
  if (whole.llmtraceArePieces) {
    addPiece(whole, text);
    return;
  }
  const isSure = before !== '' && joined === undefined;
  whole.llmtraceArePieces = !isSure && !text.startsWith(before);
  whole.llmtraceText = whole.llmtraceArePieces ? (joined ?? '') + text : text;
  const isRepeated = before.length > SURE && text.startsWith(before);
  whole.llmtraceJoined = isSure || isRepeated || whole.llmtraceArePieces ? undefined : (joined ?? '') + text;
}
