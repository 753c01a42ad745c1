/**
 * Reads the wire format of protobuf. A library would decode whole requests into objects; rows of a list need a tenth of a
 * span, and the store keeps the bytes for the rest. Each length is checked against the end of its message.
 */

/** The error of a body that is no OTLP. */
export class BadBody extends Error {}

/** The wire types, which determine the length of a field. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
const FIXED32 = 5;

/** Stores one field. Its bytes are from `start` to `end`; `value` is the number of a varint. */
export type Field<T> = (message: T, bytes: Buffer, start: number, end: number, value: number) => void;

/** The fields of a message by tag. Unknown fields, and known fields with another wire type, are skipped. */
export type Message<T> = readonly (Field<T> | undefined)[];

/** @param fields for each field: its number, its wire type and the function that stores it. */
export function message<T>(...fields: readonly (readonly [number, number, Field<T>])[]): Message<T> {
  const byTag: (Field<T> | undefined)[] = [];
  for (const [number, wire, take] of fields) byTag[(number << 3) | wire] = take;
  return byTag;
}

/** The end of the last varint. It is a variable of the module, because an object for each varint would cost most of the time. */
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

/** Reads a varint of ten bytes, which is a negative number. */
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

/** Texts shorter than this are mostly ASCII, for which `latin1` is faster. */
const SHORT = 24;

export function textOf(bytes: Buffer, start: number, end: number): string {
  if (end - start >= SHORT) return bytes.toString('utf8', start, end);
  for (let at = start; at < end; at++) {
    if ((bytes[at] as number) > 127) return bytes.toString('utf8', start, end);
  }
  return bytes.toString('latin1', start, end);
}

export const hexOf = (bytes: Buffer, start: number, end: number): string => bytes.toString('hex', start, end);

/** Reads nanoseconds as ms since the epoch; a double is exact to about a microsecond. */
export const timeOf = (bytes: Buffer, start: number): number =>
  (bytes.readUInt32LE(start + 4) * 4_294_967_296 + bytes.readUInt32LE(start)) / 1e6;

/** The bytes of a varint, for the few answers that the viewer writes. */
export function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
