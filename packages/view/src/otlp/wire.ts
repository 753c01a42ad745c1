/**
 * The wire format of protobuf. Own code, because a library decodes whole requests into objects: rows of a list need a
 * tenth of a span, and the bytes of the rest are kept as they came. Each length is checked against its message's end.
 */

/** A body that is no OTLP. */
export class BadBody extends Error {}

/** The wire types: how long a field is. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

/** Takes one field: its bytes are from `start` to `end`; `value` is that of a varint. */
export type Field<T> = (message: T, bytes: Buffer, start: number, end: number, value: number) => void;

/** The fields of a message by tag. Unknown fields, and known ones of another wire type, are passed over. */
export type Message<T> = readonly (Field<T> | undefined)[];

/** @param fields number of the field, its wire type, what takes it. */
export function message<T>(...fields: readonly (readonly [number, number, Field<T>])[]): Message<T> {
  const byTag: (Field<T> | undefined)[] = [];
  for (const [number, wire, take] of fields) byTag[(number << 3) | wire] = take;
  return byTag;
}

/** Where the last varint ended. A module's variable, because an object for each varint would be the greatest cost. */
let after = 0;

function varint(bytes: Buffer, at: number, end: number): number {
  let value = 0;
  let factor = 1;
  let position = at;
  let byte = 128;
  while (byte > 127) {
    if (position >= end || position - at > 9) throw new BadBody('a varint has no end');
    byte = bytes[position++] as number;
    value += (byte & 127) * factor;
    factor *= 128;
  }
  after = position;
  return position - at === 10 ? signed(bytes, at, position) : value;
}

/** Ten bytes are a negative number. */
function signed(bytes: Buffer, start: number, end: number): number {
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt((bytes[at] as number) & 127);
  return Number(BigInt.asIntN(64, value));
}

function lengthOf(wire: number, bytes: Buffer, at: number, end: number): number {
  if (wire === LENGTH) return varint(bytes, at, end);
  after = at;
  if (wire === FIXED64) return 8;
  if (wire === FIXED32) return 4;
  throw new BadBody(`wire type ${wire} does not exist`);
}

/** Reads a message into an object, and returns that. */
export function read<T>(fields: Message<T>, into: T, bytes: Buffer, start: number, end: number): T {
  let at = start;
  while (at < end) {
    const tag = varint(bytes, at, end);
    const wire = tag & 7;
    const from = after;
    if (wire === VARINT) {
      const value = varint(bytes, from, end);
      at = after;
      fields[tag]?.(into, bytes, from, at, value);
      continue;
    }
    const length = lengthOf(wire, bytes, from, end);
    const first = after;
    if (length < 0 || first + length > end) throw new BadBody('a field is longer than its message');
    at = first + length;
    fields[tag]?.(into, bytes, first, at, 0);
  }
  return into;
}

/** Short texts are mostly ASCII, which is read faster. */
const SHORT = 24;

export function textOf(bytes: Buffer, start: number, end: number): string {
  if (end - start >= SHORT) return bytes.toString('utf8', start, end);
  for (let at = start; at < end; at++) {
    if ((bytes[at] as number) > 127) return bytes.toString('utf8', start, end);
  }
  return bytes.toString('latin1', start, end);
}

export const hexOf = (bytes: Buffer, start: number, end: number): string => bytes.toString('hex', start, end);

/** Nanoseconds as ms since the epoch: a double holds them to the microsecond. */
export const timeOf = (bytes: Buffer, start: number): number =>
  (bytes.readUInt32LE(start + 4) * 4_294_967_296 + bytes.readUInt32LE(start)) / 1e6;

/** Appends a varint: for the few answers that are written. */
export function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
