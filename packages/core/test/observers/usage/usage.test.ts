/** The usage of all calls: groups, slices of time, bounds. */
import assert from 'node:assert/strict';
import { aCall } from '@llmtrace/test-fixtures/call';
import { recordDiag } from '@llmtrace/test-fixtures/telemetry';
import fc from 'fast-check';
import { LlmTraceError } from '../../../src/errors/llmtrace-error.ts';
import { LocalPurse, NOTHING } from '../../../src/interceptors/spend.ts';
import { windowsOf } from '../../../src/interceptors/windows.ts';
import type { Call } from '../../../src/model/call.ts';
import { UsageStore } from '../../../src/observers/usage/store.ts';
import { getUsage, onUsage, resetUsage, usageObserver } from '../../../src/observers/usage/usage.ts';
import { ExactSum } from '../../../src/platform/exact-sum.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1, 10, 30);

const call = (attributes: Call['attributes'] = {}, total = 0.01, changes: Partial<Call> = {}): Call =>
  aCall({
    attributes,
    response: { usage: { inputTokens: 10, outputTokens: 5 } },
    outcome: 'completed',
    endTime: 1,
    cost: { total, source: 'local' },
    ...changes,
  });

const cents = (rows: readonly { cost: number }[]): number[] => rows.map(({ cost }) => Math.round(cost * 100));

describe('the usage of all calls', () => {
  it('is grouped by the requested dimensions, and no call is lost', () => {
    const store = new UsageStore(() => START);
    store.add(call({ tenant: 'a', user: 'x' }, 0.03));
    store.add(call({ tenant: 'a', user: 'y' }, 0.01));
    store.add(call({ tenant: 'b' }, 0.09, { request: { model: 'other' } }));
    const none = { failed: 0, refused: 0, unpriced: 0, partial: 0 };
    const { rows } = store.report(['tenant']);
    assert.deepEqual(rows, [
      { by: { tenant: 'b' }, calls: 1, inputTokens: 10, outputTokens: 5, cost: 0.09, ...none },
      { by: { tenant: 'a' }, calls: 2, inputTokens: 20, outputTokens: 10, cost: 0.04, ...none },
    ]);
    assert.deepEqual(
      store.report(['model', 'user']).rows.map(({ by }) => by),
      [{ model: 'other' }, { model: 'gpt-4o', user: 'x' }, { model: 'gpt-4o', user: 'y' }],
    );
    assert.deepEqual(store.report([]).rows.length, 1);
  });

  it('counts calls that failed, were refused, or have no or only part of a price', () => {
    const store = new UsageStore(() => START);
    const refused = new LlmTraceError('no', { code: 'budget_exceeded', key: 'x', retryAfter: undefined });
    store.add(call({}, 0, { error: new Error('no'), outcome: 'failed', response: {}, cost: undefined }));
    store.add(call({}, 0, { error: refused, outcome: 'failed', response: {}, cost: undefined }));
    store.add(call({}, 0, { cost: undefined }));
    store.add(call({}, 0, { cost: undefined, isFree: true }));
    store.add(call({}, 0, { cost: { total: 0.5, source: 'local', partial: true } }));
    const [row] = store.report([]).rows;
    const { calls, failed, refused: refusals, unpriced, partial, cost } = row ?? ({} as any);
    assert.deepEqual(
      { calls, failed, refusals, unpriced, partial, cost },
      {
        calls: 4,
        failed: 1,
        refusals: 1,
        unpriced: 1,
        partial: 1,
        cost: 0.5,
      },
    );
  });

  it('keeps groups apart for values with any characters', () => {
    const store = new UsageStore(() => START);
    const value = fc.string({ maxLength: 4, unit: fc.constantFrom('-', '1', ':', 'a') });
    const attributes = fc.record({ user: value, session: value, tenant: value }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(attributes), (all) => {
        store.reset();
        for (const one of all) store.add(call(one));
        const distinct = new Set(
          all.map(({ user, session, tenant }) => JSON.stringify([user, session, tenant])),
        );
        assert.equal(store.report(['user', 'session', 'tenant']).rows.length, distinct.size);
      }),
    );
  });

  it('keeps minutes for an hour and hours for two days, and loses no call', () => {
    let now = START;
    const store = new UsageStore(() => now);
    for (let minute = 0; minute < 4 * 24 * 60; minute += 7) {
      now = START + minute * MINUTE;
      store.add(call({}, 0.01));
      const [all] = store.report([]).rows;
      assert.equal(all?.calls, minute / 7 + 1);
    }
    const callsSince = (since: number) => store.report([], since).rows[0]?.calls ?? 0;
    assert.equal(callsSince(now - 30 * MINUTE), 5);
    assert.equal(callsSince(now), 1);
    assert.equal(callsSince(now + HOUR), 0);
    const hour = store.report([], now - 24 * HOUR - 10 * MINUTE);
    assert.equal(hour.since % HOUR, 0);
    assert.equal(hour.rows[0]?.calls, Math.floor((now - hour.since) / (7 * MINUTE)) + 1);
    assert.equal(store.report([], now - 72 * HOUR).since, START);
  });

  it('continues after the clock is set back', () => {
    let now = START + HOUR;
    const store = new UsageStore(() => now);
    store.add(call());
    now = START;
    store.add(call());
    assert.equal(store.report([]).rows[0]?.calls, 2);
  });

  it('is bounded: it merges the groups of the oldest usage, and the sums stay', () => {
    let now = START;
    const store = new UsageStore(() => now, 100);
    const many = (from: number, count: number) => {
      for (let at = from; at < from + count; at++) store.add(call({ tenant: `t${at % 3}`, user: `u${at}` }));
    };
    many(0, 60);
    now += MINUTE;
    many(60, 60);
    const { rows } = store.report(['user']);
    assert.deepEqual([rows[0]?.by.user, rows[0]?.calls, rows.length], ['other', 60, 61]);
    many(120, 1000);
    for (let at = 0; at < 1000; at++) store.add(call({ feature: `f${at}` }));
    assert.deepEqual(cents(store.report([]).rows), [2120]);
    assert.ok(store.report(['user', 'tenant', 'feature']).rows.length <= 202);
    assert.deepEqual(
      store
        .report(['tenant'])
        .rows.filter(({ by }) => by.tenant?.startsWith('t'))
        .map(({ calls }) => calls)
        .toSorted(),
      [373, 373, 374],
    );
  });

  it('starts at 0 again after a reset', () => {
    let now = START;
    const store = new UsageStore(() => now);
    store.add(call());
    now += 1000;
    store.reset();
    assert.deepEqual(store.report([]), { since: now, rows: [] });
  });
});

describe('sums of money', () => {
  const COUNT = 10_000_000;
  /** Costs of whole nano-dollars, from a nano-dollar to ten dollars, whose exact sum integers have. */
  function* costs(): Generator<number> {
    let state = 1;
    for (let at = 0; at < COUNT; at++) {
      state = (state * 48_271) % 2_147_483_647;
      yield (state % 10 ** (1 + (at % 10))) + 1;
    }
  }

  it('are exact to 1e-9 over ten million calls, in totals and in budgets', () => {
    const store = new UsageStore(() => START);
    const clocks = { date: () => START, now: () => 0 };
    const purse = new LocalPurse(windowsOf('total', false, 'UTC'), clocks);
    const shared = call({ tenant: 'a' });
    let nanos = 0n;
    let part = 0;
    let plain = 0;
    for (const cost of costs()) {
      part += cost;
      if (part > 1e15) {
        nanos += BigInt(part);
        part = 0;
      }
      const total = cost / 1e9;
      plain += total;
      shared.cost = { total, source: 'local' };
      store.add(shared);
      purse.settle(undefined, { usd: total, tokens: 1 });
    }
    nanos += BigInt(part);
    const errorOf = (usd: number): number => Math.abs(Number(nanos - BigInt(Math.round(usd * 1e9))));
    const [row] = store.report(['tenant']).rows;
    assert.equal(row?.calls, COUNT);
    assert.ok(errorOf(row?.cost ?? 0) <= 1, `totals: ${errorOf(row?.cost ?? 0)} nano-dollars`);
    assert.ok(errorOf(purse.state.spent.usd) <= 1, `budgets: ${errorOf(purse.state.spent.usd)}`);
    assert.ok(errorOf(plain) > 100, 'a plain sum is not: the test can fail');
    assert.deepEqual(purse.state.reserved, NOTHING);
  }).timeout(120_000);

  it('are the same in parts', () => {
    const one = new ExactSum();
    const two = new ExactSum();
    for (const value of [1e16, 1, -1e16]) one.add(value);
    for (const value of [0.1, 0.2, 1e16, -1e16]) two.add(value);
    two.addSum(one);
    assert.equal(one.value, 1);
    assert.equal(two.value, 1.3);
  });
});

describe('getUsage() and onUsage()', () => {
  beforeEach(resetUsage);
  after(resetUsage);

  it('report the calls of the observer', () => {
    const seen: unknown[] = [];
    const stop = onUsage(({ by, cost }) => seen.push([by.tenant, cost]));
    usageObserver.end?.(call({ tenant: 'a' }, 0.25));
    stop();
    usageObserver.end?.(call({ tenant: 'b' }, 0.5));
    assert.deepEqual(seen, [['a', 0.25]]);
    const { rows, total, since } = getUsage({ by: ['tenant'], since: new Date(Date.now() - 1000) });
    assert.deepEqual(
      rows.map(({ by, cost }) => [by.tenant, cost]),
      [
        ['b', 0.5],
        ['a', 0.25],
      ],
    );
    assert.deepEqual([total.calls, total.cost], [2, 0.75]);
    assert.ok(since.getTime() <= Date.now());
    resetUsage();
    assert.deepEqual([getUsage().rows, getUsage().total.calls], [[], 0]);
  });

  it('drop the error of a listener, and log it once', async () => {
    const diag = recordDiag();
    const stops = [
      onUsage(() => {
        throw new Error('a');
      }),
      onUsage(async () => {
        throw new Error('b');
      }),
    ];
    usageObserver.end?.(call());
    usageObserver.end?.(call());
    await Promise.resolve();
    for (const stop of stops) stop();
    diag.stop();
    assert.equal(diag.lines.length, 2);
    assert.equal(getUsage().total.calls, 2);
  });

  it('refuse a wrong query', () => {
    const wrong: [query: any, message: RegExp][] = [
      [{ by: ['tennant'] }, /`by` to have only provider, model, .*, got `tennant`/],
      [{ by: 'tenant' }, /`by` to be a list of fields, got "tenant"/],
      [{ since: 'yesterday' }, /`since` to be a date, got "yesterday"/],
      [5, /query to be an object, got 5/],
      [{ bye: ['tenant'] }, /the query to have no `bye` \(did you mean `by`\?\)/],
    ];
    for (const [query, message] of wrong)
      assert.throws(() => getUsage(query), { name: 'TypeError', message });
    assert.throws(() => onUsage(5 as any), TypeError);
  });
});
