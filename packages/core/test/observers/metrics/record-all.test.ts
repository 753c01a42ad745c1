/** Many values of one series, recorded together: the real SDKs must report what they report of each recorded alone. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Attributes, Histogram } from '@opentelemetry/api';
import * as sdk2 from '@opentelemetry/sdk-metrics';
import { recordAll } from '../../../src/observers/metrics/record-all.ts';

const of3 = createRequire(new URL('../../../../../test-fixtures/sdks/otel-3/package.json', import.meta.url));
const sdk3: typeof sdk2 = of3('@opentelemetry/sdk-metrics');

const VALUES = Float64Array.from({ length: 40 }, (_, index) => (index * index) / 100);
const A = { model: 'a', tier: 'x' };

class Reader extends sdk2.MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The instrument counts how often it is called, which costs a hash of the attributes each. */
function stage(sdk: typeof sdk2, options: sdk2.MeterProviderOptions = {}) {
  const reader = new Reader();
  const provider = new sdk.MeterProvider({ ...options, readers: [reader, new Reader()] });
  const histogram = provider.getMeter('test').createHistogram('seconds');
  let calls = 0;
  const { record } = histogram;
  const counting: Histogram = Object.assign(histogram, {
    record(...args: Parameters<Histogram['record']>) {
      calls++;
      record.apply(histogram, args);
    },
  });
  const points = async () => {
    const { resourceMetrics } = await reader.collect();
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value }))),
    );
  };
  return { histogram: counting, points, calls: () => calls };
}

/** What the SDK reports of the same values recorded together, and one by one. */
async function reports(
  sdk: typeof sdk2,
  options: sdk2.MeterProviderOptions,
  attributes: readonly Attributes[],
) {
  const [together, alone] = [stage(sdk, options), stage(sdk, options)];
  for (const one of attributes) {
    recordAll(together.histogram, VALUES, one);
    for (const value of VALUES) alone.histogram.record(value, one);
  }
  return { together: await together.points(), alone: await alone.points(), calls: together.calls() };
}

for (const [name, sdk] of Object.entries({ '2.x': sdk2, '3.x': sdk3 })) {
  describe(`values recorded together, with OpenTelemetry ${name}`, () => {
    it('are as those recorded one by one, with one record a series', async () => {
      const { together, alone, calls } = await reports(sdk, {}, [A, { ...A, tier: 'y' }, A]);
      assert.equal(alone.length, 2);
      assert.deepEqual(together, alone);
      assert.equal(calls, 3);
    });

    it('are so where a view takes attributes away', async () => {
      const views = [
        {
          instrumentName: 'seconds',
          attributesProcessors: [sdk.createAllowListAttributesProcessor(['model'])],
        },
      ];
      const { together, alone } = await reports(sdk, { views }, [A, { ...A, tier: 'y' }]);
      assert.equal(alone.length, 1);
      assert.deepEqual(together, alone);
    });

    it('are so in two views, exponential buckets among them', async () => {
      const views: sdk2.ViewOptions[] = [
        { instrumentName: 'seconds', name: 'one' },
        {
          instrumentName: 'seconds',
          name: 'two',
          aggregation: { type: sdk.AggregationType.EXPONENTIAL_HISTOGRAM },
        },
      ];
      const { together, alone, calls } = await reports(sdk, { views }, [A]);
      assert.equal(alone.length, 2);
      assert.deepEqual(together, alone);
      assert.equal(calls, 1);
    });

    it('are so where a view drops the metric, and beyond the limit of cardinality', async () => {
      const dropped = [
        { instrumentName: 'seconds', aggregation: { type: sdk.AggregationType.DROP } as const },
      ];
      assert.deepEqual((await reports(sdk, { views: dropped }, [A])).together, []);
      const limited = [{ instrumentName: 'seconds', aggregationCardinalityLimit: 3 }];
      const attributes = ['a', 'b', 'c', 'd', 'e'].map((model) => ({ model }));
      const { together, alone } = await reports(sdk, { views: limited }, attributes);
      assert.deepEqual(together, alone);
    });
  });
}

describe('values recorded together in another implementation', () => {
  it('are each recorded', () => {
    const seen: number[] = [];
    recordAll({ record: (value) => seen.push(value) }, VALUES, A);
    assert.deepEqual(seen, [...VALUES]);
    recordAll({ record: (value) => seen.push(value) }, new Float64Array(0), A);
    assert.equal(seen.length, VALUES.length);
  });
});
