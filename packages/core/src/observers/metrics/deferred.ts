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

/** Records one value of a call: `counter.add` or `histogram.record`, with the context that exemplars need. */
type Take = (value: number, attributes: Attributes, context: Context) => void;

/** The number of series with deferred measurements: with more series, calls rarely share one. */
const MAX_SERIES = 1000;
/** The number of deferred values of a histogram in each series. */
const MAX_VALUES = 64;

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
    return this.holding((value, attributes, context) => counter.add(value, attributes, context), Sum);
  }

  /** `histogram.record`, deferred for each attribute object. */
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

/** The deferred measurements of one series. */
abstract class Cell {
  isListed = false;
  private readonly record: Take;
  private readonly attributes: Attributes;

  constructor(record: Take, attributes: Attributes) {
    this.record = record;
    this.attributes = attributes;
  }

  abstract take(value: number): void;

  /** Records the deferred measurements. */
  abstract release(): void;

  /** An instrument that throws must not lose the measurements of the others. */
  protected recordAll(values: Iterable<number>): void {
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
    this.recordAll([sum]);
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
    this.recordAll(kept);
  }
}

/** The deferred measurements of a meter: the same object for all engines that use the meter. */
export const heldFor = memo(new WeakMap<Meter, Held>(), (meter) => new Held(meter));
