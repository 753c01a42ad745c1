/**
 * The **ledger**: how much telemetry is on its way, counted in memory that the application's thread and the export
 * thread share. Items that are passed to the thread are added; items that are exported or dropped are subtracted.
 */
import type { WireItem, WireSpan } from '../export-thread/messages.ts';

export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

const FLUSHED = 0;
const BYTES = 1;
const WAITING = 2;

/** In place of the number of a flush: there is no thread any more that could flush. */
const GONE = -1;

export class Ledger {
  readonly cells: Int32Array;

  constructor(cells = shared(WAITING + SIGNALS.length)) {
    this.cells = cells;
  }

  get bytes(): number {
    return Atomics.load(this.cells, BYTES);
  }

  waiting(signal: Signal): number {
    return Atomics.load(this.cells, cellOf(signal));
  }

  add(signal: Signal, bytes: number, count = 1): void {
    Atomics.add(this.cells, BYTES, bytes);
    Atomics.add(this.cells, cellOf(signal), count);
  }

  remove(signal: Signal, bytes: number): void {
    this.add(signal, -bytes, -1);
  }

  /** Adds all that another one has, which then has nothing. */
  takeOver(other: Ledger): void {
    for (let cell = BYTES; cell < this.cells.length; cell++)
      Atomics.add(this.cells, cell, Atomics.exchange(other.cells, cell, 0));
  }

  /** Records that the flush `number` is done, and wakes the threads that wait for it. */
  flushed(number: number): void {
    Atomics.store(this.cells, FLUSHED, number);
    Atomics.notify(this.cells, FLUSHED);
  }

  /** Records that no flush will complete, and wakes the threads that wait for one. */
  close(): void {
    this.flushed(GONE);
  }

  /** Waits until the flush `number` is done, by no clock that a test of the application may have stopped. */
  waitFor(number: number, ms: number): boolean {
    const { cells } = this;
    for (let now = Atomics.load(cells, FLUSHED); now < number; now = Atomics.load(cells, FLUSHED)) {
      if (now === GONE || Atomics.wait(cells, FLUSHED, now, ms) === 'timed-out') return false;
    }
    return true;
  }
}

const cellOf = (signal: Signal): number => WAITING + SIGNALS.indexOf(signal);

const shared = (length: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));

/** How much of each signal was lost, in memory that outlives an export thread. */
export class Drops {
  readonly cells: Int32Array;

  constructor(cells = shared(SIGNALS.length)) {
    this.cells = cells;
  }

  add(signal: Signal, count = 1): void {
    Atomics.add(this.cells, SIGNALS.indexOf(signal), count);
  }

  of(signal: Signal): number {
    return Atomics.load(this.cells, SIGNALS.indexOf(signal));
  }
}

export function signalOf(item: WireItem): Signal {
  if ('span' in item) return 'traces';
  return 'log' in item ? 'logs' : 'metrics';
}

/** The estimated bytes of an item besides its texts: objects, names that all spans have, ids. */
const SPAN = 600;
const LOG = 400;
const RECORD = 100;
const PART = 200;
const VALUE = 16;
const MAX_DEPTH = 8;

const NONE: readonly never[] = [];

/** Those of a series are the same object, at every record. */
const attributeBytes = new WeakMap<object, number>();

/** About how many bytes an item takes. It is the same on both sides of a thread: texts count by their length. */
export function bytesOf(item: WireItem): number {
  if ('span' in item) {
    item.bytes ??= bytesOfSpan(item.span);
    return item.bytes;
  }
  if ('log' in item) return LOG + valueBytes(item.log.record, 0);
  if ('instrument' in item) return RECORD;
  const [, value, attributes] = item;
  return RECORD + bytesOfAttributes(attributes) + (typeof value === 'number' ? 0 : value.byteLength);
}

function bytesOfSpan(span: WireSpan): number {
  const [name, attributes, events = NONE, links = NONE, status] = span;
  const bytes = SPAN + name.length + (status?.message?.length ?? 0) + valueBytes(attributes, 0);
  if (events.length + links.length === 0) return bytes;
  return bytes + (events.length + links.length) * PART + valueBytes(events, 0) + valueBytes(links, 0);
}

function bytesOfAttributes(attributes: object | undefined): number {
  if (attributes === undefined) return 0;
  let bytes = attributeBytes.get(attributes);
  if (bytes === undefined) {
    bytes = valueBytes(attributes, 0);
    attributeBytes.set(attributes, bytes);
  }
  return bytes;
}

function valueBytes(value: unknown, depth: number): number {
  if (typeof value === 'string') return VALUE + value.length;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return VALUE;
  if (ArrayBuffer.isView(value)) return VALUE + value.byteLength;
  let bytes = VALUE;
  if (Array.isArray(value)) {
    for (const element of value) bytes += valueBytes(element, depth + 1);
    return bytes;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) {
    const part = record[key];
    // Most attributes are texts: a call each for them was half of this function's time.
    bytes += key.length + (typeof part === 'string' ? VALUE + part.length : valueBytes(part, depth + 1));
  }
  return bytes;
}
