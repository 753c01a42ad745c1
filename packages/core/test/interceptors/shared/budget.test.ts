import assert from 'node:assert/strict';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import sinon from 'sinon';
import { LlmTraceError } from '../../../src/errors/llmtrace-error.ts';
import { type Budget, budget } from '../../../src/interceptors/budget.ts';
import { BUDGET_DEFAULTS } from '../../../src/interceptors/defaults.ts';
import type { SharedLimits, Spending } from '../../../src/interceptors/shared/store.ts';
import { callOf } from '../calls.ts';
import { PRICING } from '../pricing.ts';
import { makeStore, type TestStore } from './store.ts';

const MORNING = Date.parse('2026-11-23T09:30:00Z');
const FAKED = [
  'setTimeout',
  'clearTimeout',
  'setImmediate',
  'clearImmediate',
  'performance',
  'Date',
] as const;

describe('a budget that processes share', () => {
  let clock: sinon.SinonFakeTimers;
  let store: TestStore;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: MORNING, toFake: [...FAKED] });
    const nothing = () => {};
    const logger: DiagLogger = {
      error: nothing,
      warn: nothing,
      info: nothing,
      debug: nothing,
      verbose: nothing,
    };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => {
    clock.restore();
    diag.disable();
  });

  /** A process that spends of the store's budget. */
  function spender(options: Partial<Budget> = { usd: 10 }, from: TestStore = makeStore()) {
    store = from;
    const layer = budget(
      { ...BUDGET_DEFAULTS, ...options },
      { shared: { store, name: 'budget 0' }, pricing: PRICING },
    );
    return async (usd: number): Promise<any> => {
      const call = callOf({
        cost: { total: usd, source: 'local' },
        response: { usage: { outputTokens: 1 } },
        outcome: 'completed',
      });
      const calling = layer.intercept(call, async () => 'answer').catch((error) => error);
      await clock.tickAsync(60);
      const result = await calling;
      if (result === 'answer') layer.observer?.end?.(call);
      await clock.tickAsync(1);
      return result;
    };
  }

  it('is spent by all of them', async () => {
    const mine = spender();
    const theirs = spender({ usd: 10 }, store);
    assert.equal(await mine(6), 'answer');
    assert.equal(await theirs(5), 'answer');
    const refused = await mine(1);
    assert.ok(refused instanceof LlmTraceError);
    assert.equal(refused.code, 'budget_exceeded');
    assert.ok(Math.abs((refused.retryAfter ?? 0) - 14.5 * 3_600_000) < 1000);
    assert.ok(Math.abs(store.usd - 11) < 1e-9);
  });

  it('is divided while the store is away, and the spend of that time is added on its return', async () => {
    const spend = spender();
    store.processes = 4;
    await spend(2);
    await spend(0);
    store.health = 'broken';
    assert.equal(await spend(1), 'answer');
    assert.equal(await spend(1), 'answer');
    assert.equal(((await spend(1)) as LlmTraceError).code, 'budget_exceeded', 'a quarter of 8 is spent');
    store.health = 'well';
    await clock.tickAsync(6000);
    assert.equal(await spend(3), 'answer');
    assert.ok(Math.abs(store.usd - 7) < 1e-9, `${store.usd}`);
  });

  it('counts spend once if the store received it too late', async () => {
    const spend = spender();
    store.health = 70;
    assert.equal(await spend(1), 'answer');
    await clock.tickAsync(200);
    store.health = 'well';
    await clock.tickAsync(6000);
    await spend(0);
    assert.ok(Math.abs(store.usd - 1) < 1e-9, `${store.usd}`);
  });

  it('begins anew with the next window where the store never answers', async () => {
    const spend = spender({ usd: 1, window: 'hour' });
    store.health = 'silent';
    assert.equal(await spend(2), 'answer');
    assert.equal(((await spend(2)) as LlmTraceError).code, 'budget_exceeded');
    clock.setSystemTime(Date.parse('2026-11-23T10:00:01Z'));
    assert.equal(await spend(2), 'answer');
  });

  it('does not apply, or lets no call through, by its option', async () => {
    const of = (overrides: Partial<SharedLimits>) => {
      const spend = spender({ usd: 1 }, makeStore(overrides));
      store.health = 'broken';
      return spend;
    };
    const open = of({ fallback: 'open' });
    for (let calls = 0; calls < 3; calls++) assert.equal(await open(5), 'answer');
    assert.equal((await of({ fallback: 'closed' })(1)).code, 'limits_unavailable');
    const warned = spender({ usd: 1, mode: 'warn' }, makeStore({ fallback: 'closed' }));
    store.health = 'broken';
    assert.equal(await warned(1), 'answer', 'a budget that only warns refuses nothing');
  });

  it('reports its reservations, and none for a refused call', async () => {
    store = makeStore();
    const reports: Spending[] = [];
    const { spend } = store;
    store.spend = (name, spending) => {
      reports.push(spending);
      return spend(name, spending);
    };
    const options = { ...BUDGET_DEFAULTS, usd: 10, unknown: 'estimate' } as const;
    const layer = budget(options, {
      shared: { store, name: 'budget 0' },
      pricing: { ...PRICING, priceOf: () => 4 },
    });
    const calls = Array.from({ length: 6 }, () => callOf());
    const calling = calls.map((call) => layer.intercept(call, async () => 'answer').catch((error) => error));
    await clock.tickAsync(60);
    const ends = await Promise.all(calling);
    assert.deepEqual(
      ends.map((end: any) => end.code ?? end),
      [...Array(3).fill('answer'), ...Array(3).fill('budget_exceeded')],
    );
    assert.equal(reports.at(-1)?.pending.usd, 12, 'of the three that were let through');
    for (const [index, call] of calls.entries()) {
      if (ends[index] !== 'answer') continue;
      call.outcome = 'completed';
      layer.observer?.end?.(call);
    }
    await clock.tickAsync(60);
    assert.deepEqual(
      [reports.at(-1)?.pending.usd, Math.round(store.usd)],
      [0, 12],
      'settled by the reservations',
    );
  });

  it('reserves of its own share while the store is away', async () => {
    store = makeStore({ processes: 2 });
    store.health = 'broken';
    const layer = budget(
      { ...BUDGET_DEFAULTS, usd: 10 },
      { shared: { store, name: 'budget 0' }, pricing: { ...PRICING, priceOf: () => 4 } },
    );
    const calling = Array.from({ length: 6 }, () =>
      layer.intercept(callOf(), async () => 'answer').catch((error) => error.code),
    );
    await clock.tickAsync(60);
    const ends = await Promise.all(calling);
    assert.deepEqual(ends.slice(0, 3), ['answer', 'answer', 'budget_exceeded'], 'half of 10');
  });
});
