import assert from 'node:assert/strict';
import { Drops, Ledger, signalOf } from '../../../src/sdk/export-report/ledger.ts';
import type { ExportReport } from '../../../src/sdk/export-report/report.ts';
import type { WireItem } from '../../../src/sdk/export-thread/messages.ts';
import { Outbox, type Receiver } from '../../../src/sdk/export-thread/outbox.ts';

const LIMIT = 10_000;

const log = (body: string): WireItem => ({
  log: { record: { timestamp: 0, body } as never, scope: { name: 'test' } as never, span: undefined },
});
const instrument = (id: number): WireItem => ({
  instrument: {
    ...{ id, kind: 'createCounter', name: 'calls', options: undefined },
    scope: { name: 'test', version: undefined, schemaUrl: undefined },
  },
});

function setUp() {
  const received: ExportReport[] = [];
  const drops = new Drops();
  const outbox = new Outbox(LIMIT, drops, (report) => void received.push(report));
  return { received, drops, outbox };
}

function receiver() {
  const posted: WireItem[] = [];
  const made: Receiver & { posted: WireItem[] } = {
    ledger: new Ledger(),
    posted,
    post: (items) => void posted.push(...items),
    flush() {},
    async drain() {},
  };
  return made;
}

describe('the telemetry that waits for its export', () => {
  it('is bounded in bytes, with or without a receiver; the rest is dropped, counted and reported', () => {
    const { outbox, drops, received } = setUp();
    const to = receiver();
    for (let i = 0; i < 10; i++) outbox.send(log('x'.repeat(3000)));
    outbox.connect(to);
    outbox.ready();
    assert.equal(to.posted.length, 2);
    assert.equal(drops.of('logs'), 8);
    assert.deepEqual(received[0], { kind: 'dropped', signal: 'logs', limit: undefined });
    // It still counts after it was handed over, until it is exported.
    outbox.send(log('x'.repeat(5000)));
    assert.equal(drops.of('logs'), 9);
    to.ledger.takeOver(new Ledger());
    new Ledger().takeOver(to.ledger);
    outbox.send(log('x'.repeat(5000)));
    outbox.post();
    assert.equal(to.posted.length, 3);
  });

  it('goes as it ends, unless there is much of it', async () => {
    const outbox = new Outbox(100 * LIMIT, new Drops(), () => {});
    const messages: number[] = [];
    const to = { ...receiver(), post: (items: WireItem[]): void => void messages.push(items.length) };
    outbox.connect(to);
    outbox.ready();
    for (let i = 0; i < 50; i++) {
      outbox.send(log('x'));
      await undefined; // a turn of the queue of microtasks
      if (i < 8) assert.equal(messages.length, i + 1);
    }
    outbox.post();
    assert.ok(messages.length < 50, `${messages.length} messages`);
    assert.equal(
      messages.reduce((sum, count) => sum + count),
      50,
    );
  });

  it('drops one item that alone is more than may wait', () => {
    const { outbox, drops } = setUp();
    outbox.send(log('x'.repeat(LIMIT)));
    assert.equal(drops.of('logs'), 1);
  });

  it('is kept while there is no receiver, and each receiver gets all instruments first', () => {
    const { outbox } = setUp();
    const first = receiver();
    outbox.send(instrument(1));
    outbox.connect(first);
    outbox.ready();
    outbox.send([1, 5, undefined]);
    outbox.post();
    assert.deepEqual(first.posted.at(-1), [1, 5, undefined]);
    outbox.disconnect();
    outbox.send([1, 6, undefined]);
    const second = receiver();
    outbox.connect(second);
    assert.deepEqual(second.posted, [instrument(1), [1, 6, undefined]]);
    assert.equal(second.ledger.waiting('metrics'), 2);
  });

  it('is for the next receiver where one ended before it worked', () => {
    const { outbox } = setUp();
    const first = receiver();
    outbox.connect(first);
    outbox.send(log('x'));
    outbox.post();
    assert.equal(first.posted.length, 1);
    outbox.disconnect();
    const second = receiver();
    outbox.connect(second);
    outbox.ready();
    assert.equal(second.posted.length, 1);
    assert.equal(second.ledger.waiting('logs'), 1);
    // What one that worked was given is lost with it.
    outbox.disconnect();
    const third = receiver();
    outbox.connect(third);
    assert.equal(third.posted.length, 0);
  });

  it('is left, and counted, where the process ends without a receiver', () => {
    const { outbox } = setUp();
    assert.equal(outbox.flush(), undefined);
    outbox.send(log('x'));
    assert.equal(outbox.flush()?.waiting('logs'), 1);
  });

  it('is dropped where there will never be a receiver', () => {
    const { outbox, drops } = setUp();
    outbox.send(log('x'));
    outbox.close();
    outbox.send([1, 5, { a: 'b' }]);
    assert.deepEqual([drops.of('logs'), drops.of('metrics')], [1, 1]);
    assert.equal(signalOf([1, 5, undefined]), 'metrics');
  });
});

describe('a flush', () => {
  it('is waited for until it is done, the time is over, or the thread is gone', () => {
    const ledger = new Ledger();
    ledger.flushed(1);
    assert.equal(ledger.waitFor(1, 10), true);
    assert.equal(ledger.waitFor(2, 10), false);
    ledger.close();
    assert.equal(ledger.waitFor(2, 1e9), false);
  });
});
