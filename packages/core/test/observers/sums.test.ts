import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type Attributes, createNoopMeter, type Meter } from '@opentelemetry/api';
import * as sdk2 from '@opentelemetry/sdk-metrics';
import { Sums, sumsOf } from '../../src/observers/sums.ts';

const fixture = createRequire(import.meta.resolve('@llmtrace/sdks-otel-3/package.json'));
const sdk3: typeof sdk2 = createRequire(fixture.resolve('@opentelemetry/sdk-node'))(
  '@opentelemetry/sdk-metrics',
);

/** A meter that counts the records it gets, and what it reports of one counter. */
function stage(sdk: typeof sdk2, views: sdk2.ViewOptions[] = []) {
  class Reader extends sdk.MetricReader {
    override async onForceFlush() {}
    override async onShutdown() {}
  }
  const reader = new Reader();
  const meter = new sdk.MeterProvider({ readers: [reader], views }).getMeter('test');
  const counter = meter.createUpDownCounter('count');
  let records = 0;
  const counting = {
    add(value: number, attributes: Attributes) {
      records++;
      counter.add(value, attributes);
    },
  };
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    assert.deepEqual(errors, []);
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return metrics.map(({ descriptor, dataPoints }) => ({
      name: descriptor.name,
      points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
    }));
  };
  return { meter, counting, collect, records: () => records };
}

const A = { model: 'a', tier: 'x' };
const B = { model: 'b', tier: 'x' };
const report = (...points: [Attributes, number][]) => [
  { name: 'count', points: points.map(([attributes, value]) => ({ attributes, value })) },
];

describe('sums', () => {
  for (const [line, sdk] of [
    ['2.x', sdk2],
    ['3.x', sdk3],
  ] as const) {
    describe(`with OpenTelemetry ${line}`, () => {
      it('are added at once until somebody collects, and as that begins from then on', async () => {
        const { meter, counting, collect, records } = stage(sdk);
        const sum = new Sums(meter).of(counting);
        sum.add(1, A);
        assert.equal(records(), 1);
        assert.deepEqual(await collect(), report([A, 1]));
        for (let i = 0; i < 10; i++) sum.add(2, A);
        sum.add(5, B);
        assert.equal(records(), 1);
        assert.deepEqual(await collect(), report([A, 21], [B, 5]));
        assert.equal(records(), 3);
        sum.add(-5, B);
        assert.deepEqual(await collect(), report([A, 21], [B, 0]));
      });

      it('tell of 0 where what went up has gone down', async () => {
        const { meter, counting, collect, records } = stage(sdk);
        const sum = new Sums(meter).of(counting);
        await collect();
        for (let i = 0; i < 10; i++) sum.add(i % 2 === 0 ? 1 : -1, A);
        assert.deepEqual(await collect(), report([A, 0]));
        assert.equal(records(), 1);
        sum.add(1, A);
        assert.deepEqual(await collect(), report([A, 1]));
      });

      it('are right where a view takes attributes away', async () => {
        const attributesProcessors = [sdk.createAllowListAttributesProcessor(['tier'])];
        const { meter, counting, collect } = stage(sdk, [{ instrumentName: 'count', attributesProcessors }]);
        const sum = new Sums(meter).of(counting);
        await collect();
        sum.add(1, A);
        sum.add(2, B);
        assert.deepEqual(await collect(), report([{ tier: 'x' }, 3]));
      });
    });
  }

  it('are right for more series than are summed up at once', async () => {
    const { meter, counting, collect } = stage(sdk2);
    const sum = new Sums(meter).of(counting);
    await collect();
    // Objects of their own for the same series.
    for (let i = 0; i < 2500; i++) sum.add(1, { ...A });
    assert.deepEqual(await collect(), report([A, 2500]));
  });

  it('are added at once where nobody ever asks', () => {
    const seen: number[] = [];
    const sum = new Sums(createNoopMeter()).of({ add: (value) => seen.push(value) });
    sum.add(1, A);
    sum.add(2, A);
    assert.deepEqual(seen, [1, 2]);
  });

  it('lose nothing of the others when one counter refuses', async () => {
    const { meter, counting, collect } = stage(sdk2);
    const sums = new Sums(meter);
    const broken = sums.of({
      add() {
        throw new Error('refused');
      },
    });
    const sum = sums.of(counting);
    await collect();
    broken.add(1, A);
    sum.add(1, A);
    assert.deepEqual(await collect(), report([A, 1]));
  });

  it('are those of a meter, whoever asks for them', () => {
    const { meter } = stage(sdk2);
    assert.equal(sumsOf(meter), sumsOf(meter));
    assert.notEqual(sumsOf(meter), sumsOf(stage(sdk2).meter));
  });

  it('need no meter that can be asked', () => {
    const seen: number[] = [];
    const sum = new Sums({} as Meter).of({ add: (value) => seen.push(value) });
    sum.add(1, A);
    assert.deepEqual(seen, [1]);
  });
});
