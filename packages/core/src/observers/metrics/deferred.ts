/**
 * What calls measure is **held** until it is collected, where it need be right only then. OpenTelemetry's SDK hashes the
 * attributes of every record, which takes longer than all else that llmtrace does for a call. What calls add to a
 * counter is summed up, and added as a collection begins; the values of a histogram are kept, and recorded together,
 * which takes less than to record each of them among all else that goes on.
 *
 * Not every provider says when it collects: until one has done so for the first time, all is recorded at once. So is
 * what calls with baggage measure, of which a view may make attributes.
 */
import {
  type Attributes,
  type Context,
  type Counter,
  diag,
  type Histogram,
  type Meter,
  propagation,
  ROOT_CONTEXT,
} from '@opentelemetry/api';

/** Records one value of a call whose context is given. */
type Take = (value: number, attributes: Attributes, context: Context) => void;

/** So many series are held at once: more of them are no longer the same ones again and again. */
const MAX_SERIES = 1000;
/** So many values of a histogram are kept of each series. */
const MAX_VALUES = 64;

export class Held {
  private isCollected = false;
  private listed: Cell[] = [];

  constructor(meter: Meter) {
    // It never has a value: what counts is when it is asked for one.
    const asked = meter.createObservableGauge?.('llmtrace.client.collection');
    asked?.addCallback(() => {
      this.isCollected = true;
      this.release();
    });
  }

  /** `counter.add`, held for each of the objects that are its attributes. */
  adding(counter: Pick<Counter, 'add'>): Take {
    return this.holding((value, attributes, context) => counter.add(value, attributes, context), Sum);
  }

  /** `histogram.record`, held for each of the objects that are its attributes. */
  recording(histogram: Pick<Histogram, 'record'>): Take {
    return this.holding((value, attributes, context) => histogram.record(value, attributes, context), Values);
  }

  private holding(record: Take, Kind: typeof Sum | typeof Values): Take {
    const cells = new WeakMap<Attributes, Cell>();
    return (value, attributes, context) => {
      if (!this.isCollected || propagation.getBaggage(context)) {
        record(value, attributes, context);
        return;
      }
      let cell = cells.get(attributes);
      if (!cell) {
        cell = new Kind(record, attributes);
        cells.set(attributes, cell);
      }
      cell.take(value);
      if (!cell.isListed) this.list(cell);
    };
  }

  private list(cell: Cell): void {
    cell.isListed = true;
    if (this.listed.push(cell) >= MAX_SERIES) this.release();
  }

  private release(): void {
    const { listed } = this;
    this.listed = [];
    for (const cell of listed) {
      cell.isListed = false;
      cell.release();
    }
  }
}

/** What is held of one series. */
abstract class Cell {
  isListed = false;
  private readonly record: Take;
  private readonly attributes: Attributes;

  constructor(record: Take, attributes: Attributes) {
    this.record = record;
    this.attributes = attributes;
  }

  abstract take(value: number): void;

  /** Records what is held. */
  abstract release(): void;

  /** One instrument that refuses loses the others nothing. */
  protected tell(values: Iterable<number>): void {
    try {
      for (const value of values) this.record(value, this.attributes, ROOT_CONTEXT);
    } catch (error) {
      diag.error('llmtrace: could not record a metric', error);
    }
  }
}

class Sum extends Cell {
  private sum = 0;

  override take(value: number): void {
    this.sum += value;
  }

  override release(): void {
    const { sum } = this;
    this.sum = 0;
    this.tell([sum]);
  }
}

class Values extends Cell {
  private count = 0;
  private readonly values = new Float64Array(MAX_VALUES);

  override take(value: number): void {
    this.values[this.count++] = value;
    if (this.count === MAX_VALUES) this.release();
  }

  override release(): void {
    const kept = this.values.subarray(0, this.count);
    this.count = 0;
    this.tell(kept);
  }
}

const known = new WeakMap<Meter, Held>();

/** What is held for a meter: it need be asked but once, however many engines measure by it. */
export function heldFor(meter: Meter): Held {
  const held = known.get(meter) ?? new Held(meter);
  known.set(meter, held);
  return held;
}
