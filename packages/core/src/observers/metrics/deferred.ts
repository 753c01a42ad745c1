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
import { type Keep, KeptMeasurements } from './kept-measurements.ts';
import { recordAll } from './record-all.ts';

/** Records one value of a call: `counter.add` or `histogram.record`, with the context that exemplars need. */
export type Take = (value: number, attributes: Attributes, context: Context) => void;

/**
 * The deferred measurements of one meter. `adding(counter)` and `recording(histogram)` return the function that
 * replaces `counter.add` and `histogram.record`. Pass them the attribute objects of `seriesOf()`: they are found by
 * identity.
 */
export class DeferredMeasurements {
  private readonly kept = new KeptMeasurements();
  private isCollected = false;

  constructor(meter: Meter) {
    // This gauge never reports a value. Its callback shows that a collection has started.
    const asked = meter.createObservableGauge?.('llmtrace.client.collection');
    asked?.addCallback(() => {
      this.isCollected = true;
      this.kept.release();
    });
  }

  /** `counter.add`, deferred for each attribute object. */
  adding(counter: Pick<Counter, 'add'>): Take {
    const add: Take = (value, attributes, context) => counter.add(value, attributes, context);
    return this.deferring(
      add,
      this.kept.sums((sum, attributes) => safely(() => add(sum, attributes, ROOT_CONTEXT))),
    );
  }

  /** `histogram.record`, deferred for each attribute object. */
  recording(histogram: Pick<Histogram, 'record'>): Take {
    const record: Take = (value, attributes, context) => histogram.record(value, attributes, context);
    return this.deferring(
      record,
      this.kept.values((values, attributes) => safely(() => recordAll(histogram, values, attributes))),
    );
  }

  private deferring(record: Take, keep: Keep): Take {
    return (value, attributes, context) => {
      if (this.isCollected && !propagation.getBaggage(context)) keep(value, attributes);
      else record(value, attributes, context);
    };
  }
}

/** An instrument that throws must not lose the measurements of the others. */
function safely(record: () => void): void {
  try {
    record();
  } catch (error) {
    diag.error('llmtrace: could not record a metric', error);
  }
}

/** The deferred measurements of a meter: the same object for all engines that use the meter. */
export const deferredFor = memo(
  new WeakMap<Meter, DeferredMeasurements>(),
  (meter) => new DeferredMeasurements(meter),
);
