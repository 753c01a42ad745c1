/** Changing the texts of messages, wherever they stand in them, without touching their form. */
import { isBlob } from './media.ts';
import type { BlobPart } from './messages.ts';

/** What becomes of the texts and the bytes of a part. */
export interface Change {
  /** @param isProse false for a string within JSON, which may be anything. */
  text(text: string, isProse: boolean): string;
  blob(part: BlobPart): unknown;
}

/** Fields that name things: changed, the message could not be read any more. */
const NAMING: ReadonlySet<string> = new Set(['type', 'modality', 'mime_type', 'id', 'name', 'file_id']);
const TYPE_ALONE: ReadonlySet<string> = new Set(['type']);

/** The parts that the conventions have. Of any other, nobody knows what a field says. */
const TYPED: ReadonlySet<string> = new Set([
  'text',
  'reasoning',
  'tool_call',
  'tool_call_response',
  'server_tool_call',
  'server_tool_call_response',
  'blob',
  'file',
  'uri',
  'compaction',
]);

/**
 * A part of a message, or a tool's definition, with its texts changed: a new one.
 * @param isTyped whether the conventions say what its fields are.
 */
export function changed<T extends { type: string }>(
  part: T,
  change: Change,
  isTyped = TYPED.has(part.type),
): T {
  if (isBlob(part)) return change.blob(part) as T;
  const naming = isTyped ? NAMING : TYPE_ALONE;
  const entries = Object.entries(part)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, naming.has(key) ? value : within(value, change, isTyped)]);
  return Object.fromEntries(entries) as T;
}

/** JSON of any form: its strings and its keys are text. */
function within(value: unknown, change: Change, isProse: boolean): unknown {
  if (typeof value === 'string') return change.text(value, isProse);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => within(entry, change, false));
  if (isBlob(value)) return change.blob(value);
  const entries = Object.entries(value).map(([key, entry]) => [
    change.text(key, true),
    within(entry, change, false),
  ]);
  return Object.fromEntries(entries);
}
