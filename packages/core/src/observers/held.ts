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

/** What is held of one series. */
interface Cell {
  isListed: boolean;
  take(value: number): void;
  /** Records it. */
  release(): void;
}

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
    const add: Take = (value, attributes, context) => counter.add(value, attributes, context);
    return this.holding(add, (attributes) => new Sum(add, attributes));
  }

  /** `histogram.record`, held for each of the objects that are its attributes. */
  recording(histogram: Pick<Histogram, 'record'>): Take {
    const record: Take = (value, attributes, context) => histogram.record(value, attributes, context);
    return this.holding(record, (attributes) => new Values(record, attributes));
  }

  private holding(now: Take, cellOf: (attributes: Attributes) => Cell): Take {
    const cells = new WeakMap<Attributes, Cell>();
    return (value, attributes, context) => {
      if (!this.isCollected || propagation.getBaggage(context)) {
        now(value, attributes, context);
        return;
      }
      let cell = cells.get(attributes);
      if (!cell) {
        cell = cellOf(attributes);
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

class Sum implements Cell {
  isListed = false;
  private sum = 0;
  private readonly add: Take;
  private readonly attributes: Attributes;

  constructor(add: Take, attributes: Attributes) {
    this.add = add;
    this.attributes = attributes;
  }

  take(value: number): void {
    this.sum += value;
  }

  release(): void {
    const { sum } = this;
    this.sum = 0;
    safely(() => this.add(sum, this.attributes, ROOT_CONTEXT));
  }
}

class Values implements Cell {
  isListed = false;
  private count = 0;
  private readonly values = new Float64Array(MAX_VALUES);
  private readonly record: Take;
  private readonly attributes: Attributes;

  constructor(record: Take, attributes: Attributes) {
    this.record = record;
    this.attributes = attributes;
  }

  take(value: number): void {
    this.values[this.count++] = value;
    if (this.count === MAX_VALUES) this.release();
  }

  release(): void {
    const kept = this.values.subarray(0, this.count);
    this.count = 0;
    safely(() => {
      for (const value of kept) this.record(value, this.attributes, ROOT_CONTEXT);
    });
  }
}

/** One instrument that refuses loses the others nothing. */
function safely(release: () => void): void {
  try {
    release();
  } catch (error) {
    diag.error('llmtrace: could not record a metric', error);
  }
}

const known = new WeakMap<Meter, Held>();

/** What is held for a meter: it need be asked but once, however many engines measure by it. */
export function heldFor(meter: Meter): Held {
  const held = known.get(meter) ?? new Held(meter);
  known.set(meter, held);
  return held;
}
