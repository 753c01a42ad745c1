/** The metrics of the SDK that llmtrace starts: what is recorded is handed over, and aggregated in another thread. */
import type { MeterProvider, MetricOptions } from '@opentelemetry/api';
import type { ExportThread } from './export-thread.ts';
import { unasked } from './unasked.ts';
import type { InstrumentKind, WireInstrument } from './wire.ts';

export function startMetering(thread: ExportThread): MeterProvider {
  let ids = 0;
  return {
    getMeter(name, version, options) {
      const scope: WireInstrument['scope'] = { name, version, schemaUrl: options?.schemaUrl };
      const instrument = (kind: InstrumentKind) => (name: string, options?: MetricOptions) => {
        const id = ids++;
        thread.send({ instrument: { id, kind, name, options, scope } });
        const record = (value: number, attributes?: object): void =>
          thread.send([id, value, attributes as Record<string, string> | undefined]);
        return { add: record, record };
      };
      return {
        createCounter: instrument('createCounter'),
        createGauge: instrument('createGauge'),
        createHistogram: instrument('createHistogram'),
        createUpDownCounter: instrument('createUpDownCounter'),
        // What llmtrace measures is recorded: nothing of it is asked for.
        ...unasked,
      };
    },
  };
}
