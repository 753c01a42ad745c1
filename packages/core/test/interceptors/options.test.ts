import assert from 'node:assert/strict';
import { validateConfig } from '../../src/config.ts';
import { BUDGET_DEFAULTS, RETRY_DEFAULTS } from '../../src/interceptors/defaults.ts';
import { resilienceOf } from '../../src/interceptors/options.ts';

describe('the options of interceptors', () => {
  const said: string[] = [];
  const warn = (...words: string[]): void => void said.push(words.join(' | '));
  const from = (env: Record<string, string>) => resilienceOf({}, env, warn);
  beforeEach(() => {
    said.length = 0;
  });

  it('are all off by default', () => {
    const off = {
      interceptors: [],
      retry: false,
      rateLimit: [],
      budget: [],
      runBudget: undefined,
      sharedLimits: false,
    };
    assert.deepEqual(from({}), off);
  });

  it('have the defaults that the documentation names', () => {
    const { retry, rateLimit, budget } = resilienceOf(
      { retry: true, rateLimit: { rate: 5 }, budget: { usd: 1 } },
      {},
      warn,
    );
    assert.deepEqual(retry, {
      maxRetries: 3,
      initialInterval: 500,
      maxInterval: 30_000,
      multiplier: 2,
      jitter: 0.2,
      deadline: 120_000,
      budget: { ratio: 0.2, perSecond: 1 },
    });
    assert.deepEqual(rateLimit, [
      { rate: 5, key: 'model', mode: 'wait', maxWait: 60_000, maxQueue: 10_000, followVendor: false },
    ]);
    assert.deepEqual(budget, [{ ...BUDGET_DEFAULTS, usd: 1 }]);
  });

  it('come from the environment', () => {
    const { retry, rateLimit, budget } = from({
      LLMTRACE_RETRY: 'true',
      LLMTRACE_RETRY_MAX_RETRIES: '5',
      LLMTRACE_RETRY_INITIAL_INTERVAL: '100',
      LLMTRACE_RETRY_MAX_INTERVAL: '1000',
      LLMTRACE_RETRY_MULTIPLIER: '3',
      LLMTRACE_RETRY_JITTER: '0',
      LLMTRACE_RETRY_DEADLINE: '5000',
      LLMTRACE_RETRY_BUDGET: '0.5',
      LLMTRACE_RATE_LIMIT: '10',
      LLMTRACE_RATE_LIMIT_BURST: '20',
      LLMTRACE_RATE_LIMIT_REQUESTS_PER_MINUTE: '500',
      LLMTRACE_RATE_LIMIT_TOKENS_PER_MINUTE: '30000',
      LLMTRACE_RATE_LIMIT_CONCURRENCY: '4',
      LLMTRACE_RATE_LIMIT_KEY: 'Provider',
      LLMTRACE_RATE_LIMIT_MODE: 'refuse',
      LLMTRACE_RATE_LIMIT_MAX_WAIT: '1000',
      LLMTRACE_RATE_LIMIT_MAX_QUEUE: '10',
      LLMTRACE_RATE_LIMIT_FOLLOW_VENDOR: 'on',
      LLMTRACE_BUDGET_USD: '2.5',
      LLMTRACE_BUDGET_TOKENS: '1000000',
      LLMTRACE_BUDGET_WINDOW: 'Week',
      LLMTRACE_BUDGET_ROLLING: 'true',
      LLMTRACE_BUDGET_TIME_ZONE: 'Europe/Berlin',
      LLMTRACE_BUDGET_UNKNOWN: 'refuse',
      LLMTRACE_BUDGET_KEY: 'baggage:Tenant',
      LLMTRACE_BUDGET_MODE: 'warn',
    });
    assert.deepEqual(retry, {
      maxRetries: 5,
      initialInterval: 100,
      maxInterval: 1000,
      multiplier: 3,
      jitter: 0,
      deadline: 5000,
      budget: { ratio: 0.5, perSecond: 1 },
    });
    assert.deepEqual(rateLimit, [
      {
        rate: 10,
        burst: 20,
        requestsPerMinute: 500,
        tokensPerMinute: 30_000,
        concurrency: 4,
        key: 'provider',
        mode: 'refuse',
        maxWait: 1000,
        maxQueue: 10,
        followVendor: true,
      },
    ]);
    assert.deepEqual(budget, [
      {
        usd: 2.5,
        tokens: 1e6,
        window: 'week',
        rolling: true,
        timeZone: 'Europe/Berlin',
        key: 'baggage:Tenant',
        mode: 'warn',
        unknown: 'refuse',
      },
    ]);
    assert.deepEqual(said, []);
  });

  it('that the environment has wrong are warned of by name, once, and the defaults hold', () => {
    const env = {
      LLMTRACE_RETRY: 'true',
      LLMTRACE_RETRY_MAX_RETRIES: '-1',
      LLMTRACE_RETRY_JITTER: 'much',
      LLMTRACE_RATE_LIMIT: '0',
      LLMTRACE_BUDGET_WINDOW: 'year',
      LLMTRACE_BUDGET_TIME_ZONE: 'Mars/Base',
    };
    const { retry, rateLimit, budget } = from(env);
    from(env);
    assert.deepEqual(retry, RETRY_DEFAULTS);
    assert.deepEqual([rateLimit, budget], [[], []]);
    assert.deepEqual(said, [
      'LLMTRACE_RETRY_MAX_RETRIES | a non-negative integer | -1',
      'LLMTRACE_RETRY_JITTER | a number from 0 to 1 | much',
      'LLMTRACE_RATE_LIMIT | a positive number | 0',
      'LLMTRACE_BUDGET_WINDOW | one of minute, hour, day, week, month, total | year',
      'LLMTRACE_BUDGET_TIME_ZONE | a time zone that this Node.js knows (Europe/Berlin) | Mars/Base',
    ]);
  });

  it('in code win over the environment', () => {
    const env = { LLMTRACE_RETRY: 'true', LLMTRACE_RATE_LIMIT: '5', LLMTRACE_BUDGET_USD: '5' };
    const resilience = resilienceOf({ retry: false, rateLimit: [], budget: [] }, env, warn);
    assert.deepEqual([resilience.retry, resilience.rateLimit, resilience.budget], [false, [], []]);
  });

  it('that are wrong in code are refused by name, with the value', () => {
    const cases: readonly [config: object, message: string][] = [
      [{ retry: { maxRetries: -1 } }, 'Expected `retry.maxRetries` to be a non-negative integer, got -1.'],
      [{ retry: { maxRetries: 1.5 } }, 'Expected `retry.maxRetries` to be a non-negative integer, got 1.5.'],
      [
        { retry: { initialInterval: Number.NaN } },
        'Expected `retry.initialInterval` to be a number of milliseconds from 0 to 2147483647, got NaN.',
      ],
      [
        { retry: { multiplier: 0.5 } },
        'Expected `retry.multiplier` to be a number from 1 to 1000000000000000, got 0.5.',
      ],
      [{ retry: { jitter: '0.2' } }, 'Expected `retry.jitter` to be a number from 0 to 1, got "0.2".'],
      [
        { retry: { budget: { ratio: 2, perSecond: 1 } } },
        'Expected `retry.budget` to be an object with ratio and perSecond, or false, got {"ratio":2,"perSecond":1}.',
      ],
      [{ retry: { retries: 3 } }, 'Expected `retry` to have no option `retries`.'],
      [
        { retry: { maxRetrys: 3 } },
        'Expected `retry` to have no option `maxRetrys` (did you mean `maxRetries`?).',
      ],
      [{ retry: 'yes' }, 'Expected `retry` to be an object, got "yes".'],
      [{ rateLimit: { rate: -5 } }, 'Expected `rateLimit.rate` to be a positive number, got -5.'],
      [
        { rateLimit: { rate: Infinity } },
        'Expected `rateLimit.rate` to be a positive number up to 1000000000000000, got Infinity.',
      ],
      [
        { rateLimit: { rate: 1, key: 'users' } },
        'Expected `rateLimit.key` to be one of process, provider, model, user, session, conversation, tenant, feature, promptName, promptVersion, baggage:<name>, or a function, got "users".',
      ],
      [
        { rateLimit: {} },
        'Expected `rateLimit` to have one of `rate`, `requestsPerMinute`, `tokensPerMinute`, `concurrency` and `followVendor`.',
      ],
      [{ budget: { usd: -1 } }, 'Expected `budget.usd` to be a number from 0 to 1000000000000000, got -1.'],
      [{ budget: { window: 'day' } }, 'Expected `budget` to have one of `usd` and `tokens`.'],
      [{ interceptors: () => {} }, 'Expected `interceptors` to be an array of functions, got a function.'],
      [{ interceptors: [{}] }, 'Expected `interceptors[0]` to be a function, got {}.'],
      [{ hooks: { onStop() {} } }, 'Expected `hooks` to have no `onStop`.'],
      [{ hooks: { onstart() {} } }, 'Expected `hooks` to have no `onstart` (did you mean `onStart`?).'],
      [{ hooks: { onStart: 1 } }, 'Expected `hooks.onStart` to be a function, got 1.'],
      [{ retries: 3 }, 'Expected the configuration to have no `retries`.'],
      [
        { nativSpans: 'adopt' },
        'Expected the configuration to have no `nativSpans` (did you mean `nativeSpans`?).',
      ],
    ];
    for (const [config, message] of cases)
      assert.throws(() => validateConfig(config), { name: 'TypeError', message });
  });

  it('that are the same are the same limits, for all instrumentations', () => {
    const env = { LLMTRACE_RATE_LIMIT: '7' };
    assert.equal(from({ ...env }).rateLimit[0], from({ ...env }).rateLimit[0]);
    const config = { rateLimit: { rate: 7 }, retry: { maxRetries: 1 } };
    const [one, other] = [resilienceOf(config, {}, warn), resilienceOf(config, {}, warn)];
    assert.equal(one.rateLimit[0], other.rateLimit[0]);
    assert.equal(one.retry, other.retry);
    assert.equal(resilienceOf(one, {}, warn).rateLimit[0], one.rateLimit[0]);
    assert.notEqual(resilienceOf({ rateLimit: { rate: 7 } }, {}, warn).rateLimit[0], one.rateLimit[0]);
  });
});
