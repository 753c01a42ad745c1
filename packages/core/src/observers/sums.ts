/**
 * **Sums**: counters to which calls add, and that need be right only when they are collected. OpenTelemetry's SDK
 * hashes the attributes of every addition, which takes longer than all else that llmtrace does for a call. So what calls
 * add is summed up here between two collections, and added as one collection begins.
 *
 * Not every provider says when it collects: until one has done so for the first time, each addition is made at once.
 */
import { type Attributes, diag, type Meter } from '@opentelemetry/api';

/** What of a counter is used, whether or not it may go down. */
interface Counter {
  add(value: number, attributes: Attributes): void;
}

/** What is yet to be added to one series of a counter. */
interface Cell {
  readonly counter: Counter;
  readonly attributes: Attributes;
  value: number;
  isListed: boolean;
}

/** So many series are summed up at once: more of them are no longer the same ones again and again. */
const MAX = 1000;

export class Sums {
  private isCollected = false;
  private listed: Cell[] = [];

  constructor(meter: Meter) {
    // It never has a value: what counts is when it is asked for one.
    const asked = meter.createObservableGauge?.('llmtrace.client.collection');
    asked?.addCallback(() => {
      this.isCollected = true;
      this.flush();
    });
  }

  /** `counter`, with its additions summed up for each of the objects that are its attributes. */
  of(counter: Counter): Counter {
    const cells = new WeakMap<Attributes, Cell>();
    return {
      add: (value, attributes) => {
        if (!this.isCollected) {
          counter.add(value, attributes);
          return;
        }
        let cell = cells.get(attributes);
        if (!cell) {
          cell = { counter, attributes, value: 0, isListed: false };
          cells.set(attributes, cell);
        }
        cell.value += value;
        if (!cell.isListed) this.list(cell);
      },
    };
  }

  private list(cell: Cell): void {
    cell.isListed = true;
    if (this.listed.push(cell) >= MAX) this.flush();
  }

  private flush(): void {
    const { listed } = this;
    this.listed = [];
    for (const cell of listed) settle(cell);
  }
}

function settle(cell: Cell): void {
  const { counter, attributes, value } = cell;
  cell.value = 0;
  cell.isListed = false;
  try {
    counter.add(value, attributes);
  } catch (error) {
    diag.error('llmtrace: could not add to a counter', error);
  }
}

const known = new WeakMap<Meter, Sums>();

/** The sums of a meter: it need be asked but once, however many engines it measures for. */
export function sumsOf(meter: Meter): Sums {
  const sums = known.get(meter) ?? new Sums(meter);
  known.set(meter, sums);
  return sums;
}
