/**
 * Defers measurements until a collection starts. OpenTelemetry's SDK hashes the attributes of each record, which
 * takes longer than the rest of llmtrace's work for a call. Additions to a counter are summed, and the sum is added
 * when a collection starts; values of a histogram are stored and recorded together, which is faster than one by one.
 *
 * A meter of another implementation may not report that a collection starts. Until the first report everything is
 * recorded at once. So are the measurements of calls with baggage, because a view may turn baggage into attributes.
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
import { memo } from '../../platform/memo.ts';
import { recordAll } from './record-all.ts';

/** Records one value of a call: `counter.add` or `histogram.record`, with the context that exemplars need. */
type Take = (value: number, attributes: Attributes, context: Context) => void;

/** The number of series with deferred measurements: with more series, calls rarely share one. */
const MAX_SERIES = 1000;
/** The number of deferred values of a histogram in each series: room for the first ones, doubled up to the most. */
const FIRST_VALUES = 16;
const MAX_VALUES = 512;

/**
 * The deferred measurements of one meter. `adding(counter)` and `recording(histogram)` return the function that
 * replaces `counter.add` and `histogram.record`. Pass them the attribute objects of `seriesOf()`: they are found by
 * identity.
 */
export class Held {
  private isCollected = false;
  private listed: Cell[] = [];

  constructor(meter: Meter) {
    // This gauge never reports a value. Its callback shows that a collection has started.
    const asked = meter.createObservableGauge?.('llmtrace.client.collection');
    asked?.addCallback(() => {
      this.isCollected = true;
      this.release();
    });
  }

  /** `counter.add`, deferred for each attribute object. */
  adding(counter: Pick<Counter, 'add'>): Take {
    const add: Take = (value, attributes, context) => counter.add(value, attributes, context);
    return this.holding(add, (attributes) => new Sum(add, attributes));
  }

  /** `histogram.record`, deferred for each attribute object. */
  recording(histogram: Pick<Histogram, 'record'>): Take {
    const record: Take = (value, attributes, context) => histogram.record(value, attributes, context);
    return this.holding(record, (attributes) => new Values(histogram, attributes));
  }

  private holding(record: Take, make: (attributes: Attributes) => Cell): Take {
    const cells = new WeakMap<Attributes, Cell>();
    return (value, attributes, context) => {
      if (!this.isCollected || propagation.getBaggage(context)) {
        record(value, attributes, context);
        return;
      }
      let cell = cells.get(attributes);
      if (!cell) {
        cell = make(attributes);
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

/** The deferred measurements of one series. */
abstract class Cell {
  isListed = false;
  protected readonly attributes: Attributes;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  abstract take(value: number): void;

  /** Records the deferred measurements. An instrument that throws must not lose the measurements of the others. */
  release(): void {
    try {
      this.record();
    } catch (error) {
      diag.error('llmtrace: could not record a metric', error);
    }
  }

  protected abstract record(): void;
}

class Sum extends Cell {
  private readonly add: Take;
  private sum = 0;

  constructor(add: Take, attributes: Attributes) {
    super(attributes);
    this.add = add;
  }

  override take(value: number): void {
    this.sum += value;
  }

  protected override record(): void {
    const { sum } = this;
    this.sum = 0;
    this.add(sum, this.attributes, ROOT_CONTEXT);
  }
}

class Values extends Cell {
  private readonly histogram: Pick<Histogram, 'record'>;
  private count = 0;
  private values = new Float64Array(FIRST_VALUES);

  constructor(histogram: Pick<Histogram, 'record'>, attributes: Attributes) {
    super(attributes);
    this.histogram = histogram;
  }

  override take(value: number): void {
    this.values[this.count++] = value;
    if (this.count === MAX_VALUES) this.release();
    else if (this.count === this.values.length) this.grow();
  }

  protected override record(): void {
    const kept = this.values.subarray(0, this.count);
    this.count = 0;
    recordAll(this.histogram, kept, this.attributes);
  }

  private grow(): void {
    const grown = new Float64Array(2 * this.count);
    grown.set(this.values);
    this.values = grown;
  }
}

/** The deferred measurements of a meter: the same object for all engines that use the meter. */
export const heldFor = memo(new WeakMap<Meter, Held>(), (meter) => new Held(meter));
