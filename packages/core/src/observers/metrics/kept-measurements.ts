/**
 * Measurements that are kept until they are released: the sum of each series of a counter, the values of each series of a
 * histogram. A series is found by its attribute object: those of llmtrace's metrics are the same for all calls of a series.
 */
import type { Attributes } from '@opentelemetry/api';
import { memo } from '../../platform/memo.ts';

/** Keeps one measurement. */
export type Keep = (value: number, attributes: Attributes) => void;

/** With more series than that, all are released: calls then rarely share one. */
const MAX_SERIES = 1000;
/** The values of a series: room for the first ones, doubled up to the most, with which they are released. */
const FIRST_VALUES = 16;
const MAX_VALUES = 512;

export class KeptMeasurements {
  private readonly begun: () => void;
  private listed: Cell[] = [];

  /** @param begun runs where something is kept, and nothing was before. */
  constructor(begun: () => void = () => {}) {
    this.begun = begun;
  }

  /** For a counter. `emit` gets the sum of a series when that is released. */
  sums(emit: (sum: number, attributes: Attributes) => void): Keep {
    return this.keeping((attributes) => new Sum(attributes, emit));
  }

  /** For a histogram. `emit` gets the values of a series when they are released; the list is reused afterwards. */
  values(emit: (values: Float64Array, attributes: Attributes) => void): Keep {
    return this.keeping((attributes) => new Values(attributes, emit));
  }

  release(): void {
    const { listed } = this;
    this.listed = [];
    for (const cell of listed) {
      cell.isListed = false;
      cell.release();
    }
  }

  private keeping(make: (attributes: Attributes) => Cell): Keep {
    const cellOf = memo(new WeakMap<Attributes, Cell>(), make);
    let last: Cell | undefined;
    return (value, attributes) => {
      const cell = last?.attributes === attributes ? last : cellOf(attributes);
      last = cell;
      if (!cell.isListed) this.list(cell);
      cell.take(value);
    };
  }

  private list(cell: Cell): void {
    if (this.listed.length >= MAX_SERIES) this.release();
    if (this.listed.push(cell) === 1) this.begun();
    cell.isListed = true;
  }
}

/** What one series has measured. */
interface Cell {
  readonly attributes: Attributes;
  isListed: boolean;
  take(value: number): void;
  release(): void;
}

class Sum implements Cell {
  isListed = false;
  readonly attributes: Attributes;
  private readonly emit: (sum: number, attributes: Attributes) => void;
  private sum = 0;

  constructor(attributes: Attributes, emit: (sum: number, attributes: Attributes) => void) {
    this.attributes = attributes;
    this.emit = emit;
  }

  take(value: number): void {
    this.sum += value;
  }

  release(): void {
    const { sum } = this;
    this.sum = 0;
    this.emit(sum, this.attributes);
  }
}

class Values implements Cell {
  isListed = false;
  readonly attributes: Attributes;
  private readonly emit: (values: Float64Array, attributes: Attributes) => void;
  private count = 0;
  private values = new Float64Array(FIRST_VALUES);

  constructor(attributes: Attributes, emit: (values: Float64Array, attributes: Attributes) => void) {
    this.attributes = attributes;
    this.emit = emit;
  }

  take(value: number): void {
    this.values[this.count++] = value;
    if (this.count === MAX_VALUES) this.release();
    else if (this.count === this.values.length) this.grow();
  }

  release(): void {
    const { count } = this;
    this.count = 0;
    if (count > 0) this.emit(this.values.subarray(0, count), this.attributes);
  }

  private grow(): void {
    const grown = new Float64Array(2 * this.count);
    grown.set(this.values);
    this.values = grown;
  }
}
