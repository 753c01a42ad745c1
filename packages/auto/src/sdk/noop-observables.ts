/** The part of a meter that creates observable instruments. Their callbacks are never called. */
import { createNoopMeter, type Meter } from '@opentelemetry/api';

type Asking = 'createObservableCounter' | 'createObservableGauge' | 'createObservableUpDownCounter';

const noop = createNoopMeter();

export const unasked: Pick<Meter, Asking | 'addBatchObservableCallback' | 'removeBatchObservableCallback'> = {
  createObservableCounter: (...args) => noop.createObservableCounter(...args),
  createObservableGauge: (...args) => noop.createObservableGauge(...args),
  createObservableUpDownCounter: (...args) => noop.createObservableUpDownCounter(...args),
  addBatchObservableCallback() {},
  removeBatchObservableCallback() {},
};
