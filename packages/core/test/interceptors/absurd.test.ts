/** Limits and budgets stand numbers that no call has: one wrong count must not open or close them for good. */

import assert from 'node:assert/strict';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import fc from 'fast-check';
import sinon from 'sinon';
import { LlmTraceError } from '../../src/errors/llmtrace-error.ts';
import { budget } from '../../src/interceptors/budget.ts';
import { BUDGET_DEFAULTS, RATE_LIMIT_DEFAULTS } from '../../src/interceptors/defaults.ts';
import { PerKey } from '../../src/interceptors/feature.ts';
import { isBudgetStrict, resilienceOf } from '../../src/interceptors/options.ts';
import { rateLimit } from '../../src/interceptors/rate-limit.ts';
import { makeRetryBudget } from '../../src/interceptors/retry-budget.ts';
import { LocalPurse } from '../../src/interceptors/spend.ts';
import { MAX_DEBT, TokenBucket } from '../../src/interceptors/token-bucket.ts';
import { windowsOf } from '../../src/interceptors/windows.ts';
import type { Usage } from '../../src/model/call.ts';
import { callOf } from './calls.ts';
import { PRICING } from './pricing.ts';

const ABSURD = [1e308, -1e308, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -10];
const SEED = { seed: 16, numRuns: 500 };
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(...ABSURD));
const DAY = 86_400_000;
const MIDNIGHT = Date.parse('2026-11-24T00:00:00Z');

describe('an absurd number', () => {
  const warned: string[] = [];
  beforeEach(() => {
    warned.length = 0;
    const nothing = () => {};
    const warn = (message: string) => void warned.push(message);
    const logger: DiagLogger = { error: nothing, warn, info: nothing, debug: nothing, verbose: nothing };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());

  it('leaves a token bucket between its deepest debt and its burst, whatever is taken', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyNumber, anyNumber)), (steps) => {
        let time = 0;
        const bucket = new TokenBucket({ rate: 10, burst: 20, now: () => time });
        for (const [count, now] of steps) {
          bucket.take(count);
          time = now;
          const level = bucket.level();
          assert.ok(level <= 20 && level >= -(20 + 10 * MAX_DEBT), `${level}`);
          assert.ok(Number.isFinite(bucket.delay(1)));
        }
      }),
      SEED,
    );
  });

  it('of tokens is not taken from a token bucket by an application, either', async () => {
    const bucket = new TokenBucket({ rate: 1, burst: 5 });
    for (const count of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => bucket.allow(count), RangeError);
      await assert.rejects(bucket.wait(undefined, count), RangeError);
    }
    assert.equal(bucket.allow(5), true);
  });

  it('of spending leaves a budget a finite number that never shrinks within a window', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyNumber, anyNumber)), (calls) => {
        const purse = new LocalPurse(windowsOf('day', false, 'UTC'), { date: () => MIDNIGHT, now: () => 0 });
        let left = { usd: 0, tokens: 0 };
        for (const [usd, tokens] of calls) {
          purse.settle(undefined, { usd, tokens });
          const now = purse.reserve({ usd, tokens }, { usd: 0, tokens: 0 }, false);
          assert.ok(now.usd <= left.usd && now.tokens <= left.tokens);
          assert.ok(Number.isFinite(now.usd) && Number.isFinite(now.tokens));
          left = now;
        }
      }),
      SEED,
    );
  });

  it('of usage neither switches a budget off nor credits it', async () => {
    for (const absurd of ABSURD) {
      const layer = budget({ ...BUDGET_DEFAULTS, tokens: 100, usd: 1 }, { pricing: PRICING });
      const spend = async (usage: Usage, total: number): Promise<unknown> => {
        const call = callOf({ response: { usage }, cost: { total, source: 'local' } });
        const answer = await layer.intercept(call, async () => 'answer').catch((error) => error.code);
        if (answer === 'answer') layer.observer?.end?.(call);
        return answer;
      };
      await spend({ inputTokens: absurd }, absurd);
      await spend({ inputTokens: 100 }, 1);
      assert.equal(await spend({}, 0), 'budget_exceeded', `${absurd}`);
    }
  });

  it('of usage closes a limit of tokens for an hour at most', async () => {
    for (const absurd of ABSURD) {
      let now = 0;
      const options = {
        ...RATE_LIMIT_DEFAULTS,
        tokensPerMinute: 1000,
        mode: 'refuse',
        estimate: 500,
      } as const;
      const layer = rateLimit(options, { clocks: { now: () => now, date: () => now } });
      const send = async (usage: Usage = {}): Promise<unknown> => {
        const call = callOf({ response: { usage } });
        const answer = await layer.intercept(call, async () => 'answer').catch((error) => error.code);
        if (answer === 'answer') layer.observer?.end?.(call);
        return answer;
      };
      assert.equal(await send({ inputTokens: absurd }), 'answer');
      now += (MAX_DEBT + 120) * 1000;
      assert.equal(await send(), 'answer', `${absurd}`);
      assert.equal(await send(), 'answer');
      assert.equal(await send(), 'rate_limited', `the limit still holds after ${absurd}`);
    }
  });

  it('of a clock leaves a retry budget as it is', () => {
    fc.assert(
      fc.property(fc.array(anyNumber), (times) => {
        let time = 0;
        const retries = makeRetryBudget({ ratio: 0.2, perSecond: 1 }, () => time);
        for (time of times) retries.withdraw();
        time = 1e300;
        retries.isIdle;
        time = 2e300;
        assert.equal(retries.isIdle, true);
      }),
      SEED,
    );
  });
});

describe('a clock that is set', () => {
  /** What is left of a budget of 10 after a day's clock was set, in steps of [time of the day, time that passed]. */
  function leftAfter(...steps: [date: number, now: number][]): number[] {
    let [date, now] = [MIDNIGHT - 60_000, 0];
    const purse = new LocalPurse(windowsOf('day', false, 'UTC'), { date: () => date, now: () => now });
    return steps.map((step) => {
      purse.settle(undefined, { usd: 10, tokens: 0 });
      [date, now] = step;
      return purse.reserve({ usd: 0, tokens: 0 }, { usd: 10, tokens: 0 }, false).usd;
    });
  }

  const cases: [what: string, steps: [number, number][], expected: number[]][] = [
    ['refills at midnight', [[MIDNIGHT, 60_000]], [10]],
    [
      'over midnight and back refills once',
      [
        [MIDNIGHT, 1],
        [MIDNIGHT - 59_999, 2],
        [MIDNIGHT + 1, 60_001],
      ],
      [10, 0, -10],
    ],
    ['back within a day refills nothing', [[MIDNIGHT - 3_600_000, 1]], [0]],
    [
      'back by days refills nothing before a day has passed',
      [
        [MIDNIGHT - 9 * DAY, 1],
        [MIDNIGHT - 8 * DAY, DAY],
      ],
      [0, 10],
    ],
    [
      'ahead by a year and back refills after a day',
      [
        [MIDNIGHT + 365 * DAY, 1],
        [MIDNIGHT, 60_000],
        [MIDNIGHT + DAY, DAY + 60_000],
      ],
      [10, 0, 10],
    ],
  ];
  for (const [what, steps, expected] of cases) {
    it(what, () => assert.deepEqual(leftAfter(...steps), expected));
  }
});

describe('the states of keys', () => {
  const states = (most: number, idle: (state: { key: string; used: number }) => boolean) => {
    const looks = { count: 0 };
    const isIdle: typeof idle = (state) => {
      looks.count++;
      return idle(state);
    };
    const perKey = new PerKey({ name: 'tests', most, make: (key) => ({ key, used: 0 }), isIdle });
    return { stateOf: (key: string) => perKey.of(key), looks };
  };

  it('are the same ones for the same key, up to the most', () => {
    const { stateOf } = states(3, () => false);
    const [a, b, c] = ['a', 'b', 'c'].map(stateOf);
    assert.deepEqual(['a', 'b', 'c'].map(stateOf), [a, b, c]);
  });

  it('that are idle are dropped first, else the one that was not used for longest', () => {
    const { stateOf } = states(3, ({ used }) => used === 0);
    const [a, b, c] = ['a', 'b', 'c'].map(stateOf);
    for (const state of [a, c]) if (state) state.used = 1;
    stateOf('d').used = 1; // in the place of b
    assert.equal(stateOf('a'), a);
    assert.equal(stateOf('c'), c);
    assert.notEqual(stateOf('b'), b);
  });

  it('take as few looks for the last of 100,000 keys as for the first', () => {
    const { stateOf, looks } = states(1000, () => false);
    for (let i = 0; i < 100_000; i++) stateOf(`key ${i}`);
    assert.ok(looks.count <= 10 * 99_000, `${looks.count}`);
  });

  it('have keys of bounded length, which differ where the keys do', async () => {
    const seen = new Set<string>();
    const long = 'x'.repeat(1e6);
    const layer = (end: string) =>
      budget({ ...BUDGET_DEFAULTS, usd: 0, key: () => long + end }, { pricing: PRICING });
    for (const end of ['a', 'b', 'a']) {
      const error: any = await layer(end)
        .intercept(callOf(), async () => 'answer')
        .catch((error) => error);
      assert.ok(error.key.length <= 256);
      seen.add(error.key);
    }
    assert.equal(seen.size, 2);
  });
});

describe('a budget of the environment', () => {
  const warn = sinon.spy();
  const intercept = async (env: Record<string, string>): Promise<unknown> => {
    const { interceptors, budget: budgets } = resilienceOf({}, env, warn);
    const layers = [
      ...interceptors,
      ...budgets.map((options) => budget(options, { pricing: PRICING }).intercept),
    ];
    for (const layer of layers) {
      const answer = await layer(callOf(), async () => 'answer').catch((error) => error);
      if (answer instanceof LlmTraceError) return answer.code;
    }
    return 'answer';
  };

  it('is refused, or not in force, by what its variables are', async () => {
    const cases: [env: Record<string, string>, expected: string][] = [
      [{ LLMTRACE_BUDGET_USD: '50.00' }, 'answer'],
      [{ LLMTRACE_BUDGET_USD: '0' }, 'budget_exceeded'],
      [{ LLMTRACE_BUDGET_TOKENS: '0' }, 'budget_exceeded'],
      [{ LLMTRACE_BUDGET_USD: '0', LLMTRACE_BUDGET_MODE: 'warn' }, 'answer'],
      [{ LLMTRACE_BUDGET_USD: '50,00' }, 'answer'],
      [{ LLMTRACE_BUDGET_USD: '50,00', LLMTRACE_BUDGET_STRICT: 'true' }, 'budget_invalid'],
      [{ LLMTRACE_BUDGET_USD: '1e999', LLMTRACE_BUDGET_STRICT: 'yes' }, 'budget_invalid'],
      [
        { LLMTRACE_BUDGET_USD: '5', LLMTRACE_BUDGET_WINDOW: 'year', LLMTRACE_BUDGET_STRICT: '1' },
        'budget_invalid',
      ],
      [{ LLMTRACE_BUDGET_USD: '50,00', LLMTRACE_BUDGET_STRICT: 'false' }, 'answer'],
      [{ LLMTRACE_BUDGET_STRICT: 'true' }, 'answer'],
      [{ LLMTRACE_BUDGET_USD: '5', LLMTRACE_BUDGET_STRICT: 'true' }, 'answer'],
    ];
    for (const [env, expected] of cases) assert.equal(await intercept(env), expected, JSON.stringify(env));
  });

  it('is strict where its variable says so, or says nothing that is known', () => {
    const of = (value?: string) =>
      isBudgetStrict(value === undefined ? {} : { LLMTRACE_BUDGET_STRICT: value });
    assert.deepEqual([undefined, '', ' ', 'false', '0', 'OFF', 'no'].map(of), new Array(7).fill(false));
    assert.deepEqual(['true', '1', 'ON', 'yes', 'ture'].map(of), new Array(5).fill(true));
  });
});
