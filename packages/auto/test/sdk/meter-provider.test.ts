/** The measurements that wait in the application's thread, and how they go to the export thread. */
import assert from 'node:assert/strict';
import type { Attributes } from '@opentelemetry/api';
import { Drops, Ledger } from '../../src/sdk/export-report/ledger.ts';
import type { WireItem } from '../../src/sdk/export-thread/messages.ts';
import { Outbox } from '../../src/sdk/export-thread/outbox.ts';
import { startMetering } from '../../src/sdk/meter-provider.ts';

function stage(isPrompt = false) {
  const outbox = new Outbox(2 ** 20, new Drops(), () => {}, isPrompt);
  const posted: WireItem[][] = [];
  outbox.connect({
    ledger: new Ledger(),
    post: (items) => void posted.push(items),
    flush() {},
    async drain() {},
  });
  outbox.ready();
  const meter = startMetering({
    send: (item) => outbox.send(item),
    defer: (release) => outbox.deferred.add(release),
    flush: () => void outbox.flush(),
    drain: () => outbox.drain(),
  }).getMeter('test', '1');
  /** The values of all messages, without the instruments. */
  const values = () =>
    posted
      .flat()
      .filter((item): item is [number, number | Float64Array, Attributes | undefined] => Array.isArray(item))
      .map(([, value, attributes]) => [typeof value === 'number' ? value : [...value], attributes]);
  return { outbox, meter, posted, values };
}

const A = { model: 'a' };
const B = { model: 'b' };

describe('the measurements that wait', () => {
  it('are the sums of counters and the values of histograms, sent together before a flush', () => {
    const { outbox, meter, posted, values } = stage();
    const [counter, active] = [meter.createCounter('calls'), meter.createUpDownCounter('active')];
    const histogram = meter.createHistogram('seconds');
    for (const value of [1, 2, 3]) {
      counter.add(value, A);
      counter.add(value, B);
      active.add(1, A);
      histogram.record(value, A);
      active.add(-1, A);
    }
    histogram.record(7);
    assert.deepEqual(values(), []);
    outbox.flush();
    assert.deepEqual(values(), [
      [6, A],
      [6, B],
      [0, A],
      [[1, 2, 3], A],
      [7, {}],
    ]);
    assert.equal(posted.length, 1);
    outbox.flush();
    assert.equal(posted.length, 1);
  });

  it('go along with the first spans', async () => {
    const { outbox, meter, values } = stage();
    meter.createCounter('calls').add(1, A);
    outbox.send({
      log: { record: { timestamp: 0 } as never, scope: { name: 'test' } as never, span: undefined },
    });
    await Promise.resolve();
    assert.deepEqual(values(), [[1, A]]);
  });

  it('are those of a gauge as they come', () => {
    const { outbox, meter, values } = stage();
    const gauge = meter.createGauge('left');
    gauge.record(5, A);
    gauge.record(4, A);
    outbox.post();
    assert.deepEqual(values(), [
      [5, A],
      [4, A],
    ]);
  });

  it('are all sent, however many values and series there are', () => {
    const { outbox, meter, values } = stage();
    const [counter, histogram] = [meter.createCounter('calls'), meter.createHistogram('seconds')];
    for (let value = 0; value < 3000; value++) histogram.record(value, A);
    for (let index = 0; index < 2500; index++) counter.add(1, { index });
    outbox.flush();
    const sent = values().flatMap(([value]) => value as number | number[]);
    assert.equal(sent.length, 3000 + 2500);
    assert.equal(
      sent.reduce((sum, value) => sum + value, 0),
      (2999 * 3000) / 2 + 2500,
    );
  });
});

describe('spans that end', () => {
  const log = (body: string): WireItem => ({
    log: { record: { timestamp: 0, body } as never, scope: { name: 'test' } as never, span: undefined },
  });

  it('go one by one, however many, where the platform may freeze the process', async () => {
    const { outbox, posted } = stage(true);
    for (let i = 0; i < 50; i++) {
      outbox.send(log('x'));
      await Promise.resolve();
    }
    assert.equal(posted.length, 50);
  });
});
