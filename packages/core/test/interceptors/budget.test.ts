import assert from 'node:assert/strict';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import sinon from 'sinon';
import { LlmTraceError } from '../../src/errors/llmtrace-error.ts';
import { BUDGET_DEFAULTS, type Budget, budget } from '../../src/interceptors/budget.ts';
import { callOf } from './calls.ts';

const MORNING = Date.parse('2026-11-23T09:30:00Z');

describe('a budget', () => {
  const warn = sinon.spy();
  let now = MORNING;
  /** By the clock that is never set; undefined where it goes as the other one does. */
  let elapsed: number | undefined;

  beforeEach(() => {
    now = MORNING;
    elapsed = undefined;
    warn.resetHistory();
    const nothing = () => {};
    const logger: DiagLogger = { error: nothing, warn, info: nothing, debug: nothing, verbose: nothing };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());

  /** A call that is made, answered and ended. */
  function spender(options: Partial<Budget>) {
    const layer = budget({ ...BUDGET_DEFAULTS, ...options }, undefined, {
      date: () => now,
      now: () => elapsed ?? now,
    });
    return async (usd: number | undefined, tokens = 0, model = 'gpt-4o'): Promise<unknown> => {
      const call = callOf({ request: { model }, response: { usage: { inputTokens: tokens } } });
      if (usd !== undefined) call.cost = { total: usd, source: 'local' };
      const result = await layer.intercept(call, async () => 'answer').catch((error) => error);
      if (result === 'answer') layer.observer?.end?.(call);
      return result;
    };
  }

  it('refuses the calls after the one that spends the rest', async () => {
    const spend = spender({ usd: 1 });
    assert.equal(await spend(0.6), 'answer');
    assert.equal(await spend(0.6), 'answer');
    const refused = await spend(0.6);
    assert.ok(refused instanceof LlmTraceError);
    assert.equal(refused.code, 'budget_exceeded');
    assert.equal(refused.key, 'process');
    assert.equal(refused.retryAfter, 14.5 * 3_600_000);
    assert.equal(
      refused.message,
      'llmtrace did not send the request: the budget of 1 USD a day is spent (process).',
    );
  });

  it('begins anew with the next window', async () => {
    const spend = spender({ usd: 1, window: 'hour' });
    await spend(2);
    assert.notEqual(await spend(2), 'answer');
    now = Date.parse('2026-11-23T10:00:00Z');
    assert.equal(await spend(2), 'answer');
    assert.notEqual(await spend(2), 'answer');
  });

  it('counts tokens, too', async () => {
    const spend = spender({ tokens: 1000, window: 'minute' });
    assert.equal(await spend(undefined, 1000), 'answer');
    assert.match(String(await spend(undefined)), /the budget of 1000 tokens a minute is spent/);
  });

  it('only warns, once a window, where it is told to', async () => {
    const spend = spender({ usd: 1, mode: 'warn' });
    for (let calls = 0; calls < 4; calls++) assert.equal(await spend(1), 'answer');
    assert.deepEqual(warn.args, [['llmtrace: the budget of 1 USD a day is spent (process); calls go on']]);
    now += 86_400_000;
    for (let calls = 0; calls < 4; calls++) assert.equal(await spend(1), 'answer');
    assert.equal(warn.callCount, 2);
  });

  it('is one for each key', async () => {
    const spend = spender({ usd: 1, key: 'model' });
    await spend(1, 0, 'gpt-4o');
    assert.notEqual(await spend(1, 0, 'gpt-4o'), 'answer');
    assert.equal(await spend(1, 0, 'gpt-4o-mini'), 'answer');
  });

  it('costs nothing where the price of a call is not known', async () => {
    const spend = spender({ usd: 1 });
    for (let calls = 0; calls < 3; calls++) assert.equal(await spend(undefined, 1e9), 'answer');
  });
});
