/** Changes all texts within messages and keeps the structure. */

import type { BlobPart } from '../model/messages.ts';
import { MAX_DEPTH } from '../platform/bounds.ts';
import { isBlob } from './media.ts';

/** Changes the texts and the bytes of a part. */
export interface Change {
  /** @param isProse false for a string that may be anything. */
  text(text: string, isProse: boolean): string;
  /** Changes the keys of objects, and numbers; absent if those stay. */
  readonly exact?: ((text: string) => string) | undefined;
  blob(part: BlobPart): unknown;
}

/** Fields that name things: changed, the message could not be read any more. */
const NAMING: ReadonlySet<string> = new Set(['type', 'modality', 'mime_type', 'id', 'name', 'file_id']);
const TYPE_ALONE: ReadonlySet<string> = new Set(['type']);

/** Parts whose own texts are written to be read. */
const PROSE: ReadonlySet<string> = new Set(['text', 'reasoning', 'compaction']);

/** The parts that the conventions define. The meaning of other parts' fields is unknown. */
const TYPED: ReadonlySet<string> = new Set([
  ...PROSE,
  'tool_call',
  'tool_call_response',
  'server_tool_call',
  'server_tool_call_response',
  'blob',
  'file',
  'uri',
]);

/**
 * A part of a message, or a tool's definition, with its texts changed: a new one.
 * @param isTyped whether the conventions define its fields.
 */
export function changed<T extends { type: string }>(
  part: T,
  change: Change,
  isTyped = TYPED.has(part.type),
): T {
  if (isBlob(part)) return change.blob(part) as T;
  const naming = isTyped ? NAMING : TYPE_ALONE;
  const isProse = PROSE.has(part.type);
  const entries = Object.entries(part)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, naming.has(key) ? value : within(value, change, isProse, MAX_DEPTH)]);
  return Object.fromEntries(entries) as T;
}

/** Replaces a value that is nested more than {@link MAX_DEPTH} levels deep. */
const TOO_DEEP = '[nested too deeply]';

/**
 * JSON of any form: its strings, its numbers and its keys are text.
 * @param depth how many levels are yet followed.
 */
function within(value: unknown, change: Change, isProse: boolean, depth: number): unknown {
  if (typeof value === 'string') return change.text(value, isProse);
  if (typeof value === 'number') return numberOf(value, change);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return TOO_DEEP;
  if (Array.isArray(value)) return value.map((entry) => within(entry, change, false, depth - 1));
  if (isBlob(value)) return change.blob(value);
  return objectOf(value, change, depth - 1);
}

function numberOf(value: number, { exact }: Change): unknown {
  const text = String(value);
  const redacted = exact ? exact(text) : text;
  return redacted === text ? value : redacted;
}

/**
 * Two keys that read the same once they are redacted stay two: `k`, `k+`, `k+2`. The next number is kept for each
 * name, so that 20,000 keys that read the same take 20,000 steps and not 200 million.
 */
function untaken(taken: Map<string, number>, wanted: string): string {
  let number = taken.get(wanted) ?? 0;
  let name = numbered(wanted, number);
  while (name !== wanted && taken.has(name)) name = numbered(wanted, ++number);
  taken.set(wanted, number + 1);
  if (name !== wanted) taken.set(name, 1);
  return name;
}

const numbered = (name: string, number: number): string =>
  number === 0 ? name : `${name}+${number === 1 ? '' : number}`;

/** Names by which OpenTelemetry's SDKs detect a non-plain object; they then drop the whole value that contains it. */
const SPECIAL = ['constructor', '__proto__'];

function objectOf(value: object, change: Change, depth: number): unknown {
  const made: [string, unknown][] = [];
  const taken = new Map<string, number>();
  for (const [key, entry] of Object.entries(value)) {
    const name = untaken(taken, change.exact ? change.exact(key) : key);
    made.push([name, within(entry, change, false, depth)]);
  }
  const whole = Object.fromEntries(made);
  return SPECIAL.some((name) => taken.has(name)) ? JSON.stringify(whole) : whole;
}
