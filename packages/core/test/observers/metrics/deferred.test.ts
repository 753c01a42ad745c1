import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import {
  type Attributes,
  type Counter,
  createNoopMeter,
  type Meter,
  propagation,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import * as sdk2 from '@opentelemetry/sdk-metrics';
import { DeferredMeasurements, deferredFor } from '../../../src/observers/metrics/deferred.ts';

const fixture = createRequire(import.meta.resolve('@llmtrace/sdks-otel-3/package.json'));
const sdk3: typeof sdk2 = createRequire(fixture.resolve('@opentelemetry/sdk-node'))(
  '@opentelemetry/sdk-metrics',
);

/** A meter that counts its records, and the reports of one counter. */
function stage(sdk: typeof sdk2, views: sdk2.ViewOptions[] = []) {
  class Reader extends sdk.MetricReader {
    override async onForceFlush() {}
    override async onShutdown() {}
  }
  const reader = new Reader();
  const meter = new sdk.MeterProvider({ readers: [reader], views }).getMeter('test');
  const counter = meter.createUpDownCounter('count');
  let records = 0;
  const counting: Pick<Counter, 'add'> = {
    add(...args) {
      records++;
      counter.add(...args);
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

describe('a deferred counter', () => {
  for (const [line, sdk] of [
    ['2.x', sdk2],
    ['3.x', sdk3],
  ] as const) {
    describe(`with OpenTelemetry ${line}`, () => {
      it('is added at once until the first collection, and at the start of each collection after it', async () => {
        const { meter, counting, collect, records } = stage(sdk);
        const add = new DeferredMeasurements(meter).adding(counting);
        add(1, A, ROOT_CONTEXT);
        assert.equal(records(), 1);
        assert.deepEqual(await collect(), report([A, 1]));
        for (let i = 0; i < 10; i++) add(2, A, ROOT_CONTEXT);
        add(5, B, ROOT_CONTEXT);
        assert.equal(records(), 1);
        assert.deepEqual(await collect(), report([A, 21], [B, 5]));
        assert.equal(records(), 3);
        add(-5, B, ROOT_CONTEXT);
        assert.deepEqual(await collect(), report([A, 21], [B, 0]));
      });

      it('reports 0 after as many subtractions as additions', async () => {
        const { meter, counting, collect, records } = stage(sdk);
        const add = new DeferredMeasurements(meter).adding(counting);
        await collect();
        for (let i = 0; i < 10; i++) add(i % 2 === 0 ? 1 : -1, A, ROOT_CONTEXT);
        assert.deepEqual(await collect(), report([A, 0]));
        assert.equal(records(), 1);
        add(1, A, ROOT_CONTEXT);
        assert.deepEqual(await collect(), report([A, 1]));
      });

      it('is right where a view takes attributes away', async () => {
        const attributesProcessors = [sdk.createAllowListAttributesProcessor(['tier'])];
        const { meter, counting, collect } = stage(sdk, [{ instrumentName: 'count', attributesProcessors }]);
        const add = new DeferredMeasurements(meter).adding(counting);
        await collect();
        add(1, A, ROOT_CONTEXT);
        add(2, B, ROOT_CONTEXT);
        assert.deepEqual(await collect(), report([{ tier: 'x' }, 3]));
      });
    });
  }

  it('is right for more series than are deferred at once', async () => {
    const { meter, counting, collect } = stage(sdk2);
    const add = new DeferredMeasurements(meter).adding(counting);
    await collect();
    // Objects of their own for the same series.
    for (let i = 0; i < 2500; i++) add(1, { ...A }, ROOT_CONTEXT);
    assert.deepEqual(await collect(), report([A, 2500]));
  });

  it('is added at once where metrics are never collected', () => {
    const seen: number[] = [];
    const add = new DeferredMeasurements(createNoopMeter()).adding({ add: (value) => seen.push(value) });
    add(1, A, ROOT_CONTEXT);
    add(2, A, ROOT_CONTEXT);
    assert.deepEqual(seen, [1, 2]);
  });

  it('loses nothing of the others when one counter refuses', async () => {
    const { meter, counting, collect } = stage(sdk2);
    const deferred = new DeferredMeasurements(meter);
    const broken = deferred.adding({
      add() {
        throw new Error('refused');
      },
    });
    const add = deferred.adding(counting);
    await collect();
    broken(1, A, ROOT_CONTEXT);
    add(1, A, ROOT_CONTEXT);
    assert.deepEqual(await collect(), report([A, 1]));
  });

  it('is added at once, in its context, where that has baggage: a view may make attributes of it', async () => {
    const ofTenant: sdk2.IAttributesProcessor = {
      process: (_attributes, context) => ({
        tenant: (context && propagation.getBaggage(context)?.getEntry('tenant')?.value) ?? 'none',
      }),
    };
    const views = [{ instrumentName: 'count', attributesProcessors: [ofTenant] }];
    const { meter, counting, collect } = stage(sdk2, views);
    const add = new DeferredMeasurements(meter).adding(counting);
    await collect();
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    add(1, A, ROOT_CONTEXT);
    add(2, A, propagation.setBaggage(ROOT_CONTEXT, baggage));
    add(3, A, ROOT_CONTEXT);
    assert.deepEqual(await collect(), report([{ tenant: 'acme' }, 2], [{ tenant: 'none' }, 4]));
  });

  it('works with a meter without observable instruments', () => {
    const seen: number[] = [];
    const add = new DeferredMeasurements({} as Meter).adding({ add: (value) => seen.push(value) });
    add(1, A, ROOT_CONTEXT);
    assert.deepEqual(seen, [1]);
  });
});

describe('a deferred histogram', () => {
  /** Records some values after the first collection. */
  async function recorded(...values: [number, Attributes][]) {
    const { meter, collect } = stage(sdk2);
    const seen: [number, Attributes][] = [];
    const record = new DeferredMeasurements(meter).recording({
      record: (value, attributes = {}) => seen.push([value, attributes]),
    });
    await collect();
    for (const [value, attributes] of values) record(value, attributes, ROOT_CONTEXT);
    return { seen, collect };
  }

  it('is recorded value by value as a collection begins', async () => {
    const { seen, collect } = await recorded([0.5, A], [0.25, B], [0.125, A]);
    assert.deepEqual(seen, []);
    await collect();
    const expected = [
      [0.5, A],
      [0.125, A],
      [0.25, B],
    ];
    assert.deepEqual(seen, expected);
    await collect();
    assert.deepEqual(seen, expected);
  });

  it('is recorded before that where there are many values of a series, each once', async () => {
    const values = Array.from({ length: 1100 }, (_, index): [number, Attributes] => [index, A]);
    const { seen, collect } = await recorded(...values);
    assert.equal(seen.length, 1024);
    await collect();
    assert.deepEqual(seen, values);
  });
});

describe('the deferred measurements of a meter', () => {
  it('is the same for every reader', () => {
    const { meter } = stage(sdk2);
    assert.equal(deferredFor(meter), deferredFor(meter));
    assert.notEqual(deferredFor(meter), deferredFor(stage(sdk2).meter));
  });
});
