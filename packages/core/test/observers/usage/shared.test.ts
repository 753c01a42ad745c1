/** The totals of a process on their way to a store of several processes. */
import assert from 'node:assert/strict';
import { aCall } from '@llmtrace/test-fixtures/call';
import sinon from 'sinon';
import type { Call } from '../../../src/model/call.ts';
import type { SharedTotals, UsageRow } from '../../../src/model/usage-totals.ts';
import { UsageSender } from '../../../src/observers/usage/shared.ts';

const call = (tenant: string, total: number): Call =>
  aCall({
    attributes: { tenant, user: 'ann' },
    response: { usage: { inputTokens: 10, outputTokens: 5 } },
    outcome: 'completed',
    endTime: 1,
    cost: { total, source: 'local' },
  });

class FakeStore implements SharedTotals {
  readonly fields = ['tenant'] as const;
  readonly batches = new Map<string, readonly UsageRow[]>();
  sent = 0;
  answer: () => Promise<unknown> = async () => {};

  async add(batch: string, rows: readonly UsageRow[]): Promise<unknown> {
    this.sent++;
    this.batches.set(batch, rows);
    return this.answer();
  }
  get rows(): UsageRow[] {
    return [...this.batches.values()].flat();
  }
  read = async () => ({ since: 0, rows: this.rows });
  async reset(): Promise<void> {
    this.batches.clear();
  }
}

describe('totals on their way to a store', () => {
  let clock: sinon.SinonFakeTimers;
  let store: FakeStore;
  let sender: UsageSender;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
    store = new FakeStore();
    sender = new UsageSender(store);
  });
  afterEach(() => clock.restore());

  it('are sent after calls, once a second', async () => {
    for (let i = 0; i < 10; i++) sender.add(call('a', 0.01));
    assert.equal(store.sent, 0);
    await clock.tickAsync(0);
    assert.deepEqual([store.sent, store.rows[0]?.calls, store.rows[0]?.by], [1, 10, { tenant: 'a' }]);
    sender.add(call('a', 0.01));
    await clock.tickAsync(999);
    assert.equal(store.sent, 1);
    await clock.tickAsync(1);
    assert.equal(store.sent, 2);
    await clock.tickAsync(60_000);
    assert.equal(store.sent, 2, 'where no call ends, nothing is sent');
  });

  it('lose nothing of money to rounding', async () => {
    const cost = 0.000_001_234_567_891_234;
    for (let i = 0; i < 1000; i++) {
      sender.add(call('a', cost));
      await sender.flush();
    }
    const total = store.rows.reduce((sum, row) => sum + Math.round(row.cost * 1e11), 0) / 1e11;
    assert.ok(Math.abs(total - 1000 * cost) < 2e-11, `${total}`);
  });

  it('are sent again as they were where the answer is lost, and later ones apart', async () => {
    store.answer = async () => {
      throw new Error('no');
    };
    sender.add(call('a', 0.01));
    assert.equal(await sender.flush(), false);
    sender.add(call('b', 0.02));
    store.answer = async () => {};
    assert.equal(await sender.flush(), true);
    assert.equal(store.sent, 3);
    assert.deepEqual(
      store.rows.map(({ by, calls }) => [by.tenant, calls]),
      [
        ['a', 1],
        ['b', 1],
      ],
    );
  });

  it('wait for a store that does not answer no longer than 2 s, and go there when it does', async () => {
    store.answer = () => new Promise(() => {});
    sender.add(call('a', 0.01));
    const flushed = sender.flush();
    await clock.tickAsync(2000);
    assert.equal(await flushed, false);
    store.answer = async () => {};
    await clock.tickAsync(5000);
    assert.equal(store.batches.size, 1);
    assert.equal(await sender.flush(), true);
  });

  it('are bounded while the store is away, and whole', async () => {
    for (let i = 0; i < 2000; i++) sender.add(call(`tenant-${i}`, 0.01));
    await sender.flush();
    assert.equal(store.rows.length, 501);
    assert.equal(store.rows.find(({ by }) => by.tenant === 'other')?.calls, 1500);
    assert.equal(
      store.rows.reduce((sum, { calls }) => sum + calls, 0),
      2000,
    );
  });

  it('are read by any of the shared fields, and reset', async () => {
    sender.add(call('a', 0.01));
    await sender.flush();
    sender.add(call('a', 0.03));
    sender.add(call('b', 0.02));
    const { rows, total } = (await sender.read(['tenant'], undefined)) ?? assert.fail();
    assert.deepEqual(
      rows.map(({ by, calls }) => [by.tenant, calls]),
      [
        ['a', 2],
        ['b', 1],
      ],
    );
    assert.equal(total?.calls, 3);
    sender.add(call('a', 0.03));
    assert.equal(await sender.reset(), true);
    assert.equal((await sender.read([], undefined))?.total, undefined);
  });
});
