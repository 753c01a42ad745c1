/**
 * The metrics of the SDK that llmtrace starts: measurements are passed to another thread, which aggregates them. They are kept for
 * some time: a message for each took longer than all else that llmtrace does with a chunk of a stream.
 */
import { KeptMeasurements } from '@llmtrace/core/internal';
import type { Attributes, MeterProvider, MetricOptions } from '@opentelemetry/api';
import type { ExportThread } from './export-thread/client.ts';
import type { InstrumentKind, WireInstrument } from './export-thread/messages.ts';
import { unasked } from './noop-observables.ts';

type Record = (value: number, attributes?: Attributes) => void;

const NONE: Attributes = {};

export function startMetering(thread: ExportThread): MeterProvider {
  const begun = thread.defer(() => kept.release());
  const kept = new KeptMeasurements(begun);
  const recorder = (kind: InstrumentKind, id: number): Record => {
    // A gauge has the value of a time, and few records.
    if (kind === 'createGauge') return (value, attributes) => thread.send([id, value, attributes]);
    const keep =
      kind === 'createHistogram'
        ? kept.values((values, attributes) => thread.send([id, ofMessage(values), attributes]))
        : kept.sums((sum, attributes) => thread.send([id, sum, attributes]));
    return (value, attributes = NONE) => keep(value, attributes);
  };
  return {
    getMeter(name, version, options) {
      const scope: WireInstrument['scope'] = { name, version, schemaUrl: options?.schemaUrl };
      const instrument = (kind: InstrumentKind) => (name: string, options?: MetricOptions) => {
        const id = idOf(JSON.stringify([kind, name, options, scope]));
        thread.send({ instrument: { id, kind, name, options, scope } });
        const record = recorder(kind, id);
        return { add: record, record };
      };
      return {
        createCounter: instrument('createCounter'),
        createGauge: instrument('createGauge'),
        createHistogram: instrument('createHistogram'),
        createUpDownCounter: instrument('createUpDownCounter'),
        // llmtrace records all its measurements; it has no observable instruments.
        ...unasked,
      };
    },
  };
}

/** A copy: a clone for another thread is of the whole buffer of a list. */
const ofMessage = (values: Float64Array): number | Float64Array =>
  values.length === 1 ? (values[0] as number) : values.slice();

/**
 * The same number for the same instrument in all threads of the process, which share an export thread: 53 bits of a hash,
 * by cyrb53's mixing.
 */
function idOf(text: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    low = Math.imul(low ^ text.charCodeAt(index), 2654435761);
    high = Math.imul(high ^ text.charCodeAt(index), 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 2 ** 32 * (high & 0x1fffff) + (low >>> 0);
}
