/**
 * Measurements until they go to the export thread: the sum of each series of a counter, the values of each series of a
 * histogram. A message for each measurement took longer than all else that llmtrace does with a chunk of a stream.
 */
import type { Attributes } from '@opentelemetry/api';
import type { ExportThread } from './export-thread/client.ts';

type Record = (value: number, attributes?: Attributes) => void;

/** With more series than that, all are released: calls then rarely share one. */
const MAX_SERIES = 1000;
/** The values of a series: room for the first ones, doubled up to the most, with which they are sent. */
const FIRST_VALUES = 16;
const MAX_VALUES = 1024;

const NONE: Attributes = {};

/** A series is found by its attribute object: those of llmtrace's metrics are the same for all calls of a series. */
export class Measurements {
  private readonly thread: Pick<ExportThread, 'send'>;
  /** Says that something is kept. */
  private readonly kept: () => void;
  private listed: Cell[] = [];

  constructor(thread: Pick<ExportThread, 'send' | 'defer'>) {
    this.thread = thread;
    this.kept = thread.defer(() => this.release());
  }

  /** For the counter `id`. */
  sums(id: number): Record {
    return this.keeping((attributes) => new Sum(id, attributes));
  }

  /** For the histogram `id`. */
  values(id: number): Record {
    return this.keeping((attributes) => new Values(id, attributes));
  }

  private keeping(make: (attributes: Attributes) => Cell): Record {
    const cells = new WeakMap<Attributes, Cell>();
    return (value, attributes = NONE) => {
      let cell = cells.get(attributes);
      if (!cell) {
        cell = make(attributes);
        cells.set(attributes, cell);
      }
      if (!cell.isListed) this.list(cell);
      if (cell.take(value)) this.send(cell);
    };
  }

  private list(cell: Cell): void {
    if (this.listed.length >= MAX_SERIES) this.release();
    if (this.listed.push(cell) === 1) this.kept();
    cell.isListed = true;
  }

  private release(): void {
    const { listed } = this;
    this.listed = [];
    for (const cell of listed) {
      cell.isListed = false;
      this.send(cell);
    }
  }

  private send(cell: Cell): void {
    const value = cell.give();
    if (value !== undefined) this.thread.send([cell.id, value, cell.attributes]);
  }
}

/** What one series has measured. */
abstract class Cell {
  readonly id: number;
  readonly attributes: Attributes;
  isListed = false;

  constructor(id: number, attributes: Attributes) {
    this.id = id;
    this.attributes = attributes;
  }

  /** @returns whether it can take no more. */
  abstract take(value: number): boolean;

  /** What was taken since the last time; undefined for nothing. */
  abstract give(): number | Float64Array | undefined;
}

class Sum extends Cell {
  private sum = 0;

  override take(value: number): boolean {
    this.sum += value;
    return false;
  }

  override give(): number {
    const { sum } = this;
    this.sum = 0;
    return sum;
  }
}

class Values extends Cell {
  private count = 0;
  private values: Float64Array | undefined;

  override take(value: number): boolean {
    const values = this.roomy();
    values[this.count++] = value;
    return this.count === MAX_VALUES;
  }

  /** A copy of what there is: a clone for another thread is of the whole buffer of an array. */
  override give(): number | Float64Array | undefined {
    const { count, values } = this;
    this.count = 0;
    if (count <= 1) return count === 0 ? undefined : values?.[0];
    return values?.slice(0, count);
  }

  private roomy(): Float64Array {
    this.values ??= new Float64Array(FIRST_VALUES);
    if (this.count < this.values.length) return this.values;
    const grown = new Float64Array(2 * this.values.length);
    grown.set(this.values);
    this.values = grown;
    return grown;
  }
}
