import assert from 'node:assert/strict';
import { type DiagLogger, DiagLogLevel, diag, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import sinon from 'sinon';
import { costOf } from '../../src/cost/cost.ts';
import { LlmTraceError } from '../../src/errors/llmtrace-error.ts';
import { type Budget, budget } from '../../src/interceptors/budget.ts';
import { BUDGET_DEFAULTS } from '../../src/interceptors/defaults.ts';
import type { Call } from '../../src/model/call.ts';
import { callOf } from './calls.ts';
import { PRICING } from './pricing.ts';

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
    const layer = budget(
      { ...BUDGET_DEFAULTS, ...options },
      { pricing: PRICING, clocks: { date: () => now, now: () => elapsed ?? now } },
    );
    return async (usd: number | undefined, tokens = 0, model = 'gpt-4o'): Promise<unknown> => {
      const call = callOf({
        request: { model },
        response: { usage: { inputTokens: tokens, outputTokens: 0 } },
        outcome: 'completed',
      });
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

  it('only warns, once a window, by its option', async () => {
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
    for (let calls = 0; calls < 3; calls++) assert.equal(await spend(undefined, 1e9, 'mine'), 'answer');
  });

  /** Calls that are made at once, and end later. */
  function runner(options: Partial<Budget>) {
    const layer = budget(
      { ...BUDGET_DEFAULTS, ...options },
      { pricing: PRICING, clocks: { date: () => now, now: () => elapsed ?? now } },
    );
    const begin = async (fields: Partial<Call> = {}): Promise<Call | LlmTraceError> => {
      const call = callOf({ request: { model: 'gpt-4o', maxTokens: 100 }, requestSize: 300, ...fields });
      return layer
        .intercept(call, async () => 'answer')
        .then(
          () => call,
          (error) => error,
        );
    };
    const end = (call: Call, outputTokens: number | undefined, outcome: Call['outcome'] = 'completed') => {
      call.outcome = outcome;
      if (outputTokens !== undefined) {
        call.response = { usage: { inputTokens: 100, outputTokens } };
        call.cost = costOf(call);
      }
      layer.observer?.end?.(call);
    };
    return { layer, begin, end, spent: () => layer.readings()[0] };
  }
  const isSent = (call: Call | LlmTraceError): call is Call => !(call instanceof Error);

  for (const usage of [100, undefined]) {
    it(`is overspent by one reservation at most by 200 calls at once, ${usage ? 'with' : 'without'} usage`, async () => {
      const { begin, end } = runner({ tokens: 1000 });
      const calls = await Promise.all(Array.from({ length: 200 }, () => begin()));
      const sent = calls.filter(isSent);
      assert.equal(sent.length, 5, 'of 200 tokens each');
      const [refused] = calls.filter((call) => call instanceof Error);
      assert.match(
        String(refused),
        /the budget of 1000 tokens a day is spent, by calls under way \(process\)/,
      );
      assert.equal((refused as LlmTraceError).retryAfter, undefined);
      for (const call of sent) end(call, usage);
      assert.equal(sent[0]?.isEstimated, usage === undefined ? true : undefined);
      assert.match(String(await begin()), /the budget of 1000 tokens a day is spent \(process\)/);
    });
  }

  it('releases the unspent reservation of a call, and that of a failed call', async () => {
    const { begin, end, layer } = runner({ tokens: 1000 });
    const calls = (await Promise.all(Array.from({ length: 5 }, () => begin()))) as Call[];
    assert.ok(!isSent(await begin()));
    for (const call of calls) end(call, 1);
    assert.ok(isSent(await begin()));
    const failing = callOf({ request: { model: 'gpt-4o', maxTokens: 100_000 } });
    const failure = new Error('no');
    await assert.rejects(
      layer.intercept(failing, async () => Promise.reject(failure)),
      failure,
    );
    assert.ok(isSent(await begin()));
  });

  it('expects the usage of earlier calls of the model, and no more than the request allows', async () => {
    const { begin, end, spent } = runner({ usd: 1000 });
    const price = (tokens: number): number =>
      costOf(
        callOf({ response: { usage: { inputTokens: 100, outputTokens: tokens } }, outcome: 'completed' }),
      )?.total ?? 0;
    const reserved = (): number => 1000 - (spent()?.remaining ?? 0) - (spent()?.spent ?? 0);
    const first = (await begin({ request: { model: 'gpt-4o' } })) as Call;
    assert.ok(Math.abs(reserved() - price(1000)) < 1e-9, 'at first 1,000 tokens');
    end(first, 40);
    assert.ok(reserved() < 1e-9);
    await begin({ request: { model: 'gpt-4o', maxTokens: 4000 } });
    assert.ok(Math.abs(reserved() - price(40)) < 1e-9, `${reserved()}`);
    await begin({ request: { model: 'gpt-4o', maxTokens: 10 } });
    assert.ok(Math.abs(reserved() - price(40) - price(10)) < 1e-9);
  });

  it('counts the expected cost of a stream that ended before its usage', async () => {
    const cases: [outcome: Call['outcome'], chunks: number, tokens: number][] = [
      ['cancelled', 3, 200],
      ['abandoned', 0, 200],
      ['failed', 3, 200],
      ['failed', 0, 0],
    ];
    for (const [outcome, chunks, tokens] of cases) {
      const { begin, end } = runner({ tokens: 200 });
      const call = (await begin()) as Call;
      call.chunks = chunks;
      end(call, undefined, outcome);
      assert.equal(isSent(await begin()), tokens === 0, `${outcome} after ${chunks} chunks`);
    }
  });

  it('counts calls without usage as free, or refuses them, by its option', async () => {
    const allowing = runner({ tokens: 200, unknown: 'allow' });
    for (let calls = 0; calls < 3; calls++) allowing.end((await allowing.begin()) as Call, undefined);
    const refusing = runner({ usd: 1, unknown: 'refuse' });
    const unpriced = (await refusing.begin({ request: { model: 'mine' } })) as LlmTraceError;
    assert.equal(unpriced.code, 'cost_unknown');
    refusing.end((await refusing.begin()) as Call, undefined);
    assert.equal(((await refusing.begin()) as LlmTraceError).code, 'cost_unknown');
    assert.ok(isSent(await refusing.begin({ request: { model: 'gpt-4o-mini' } })), 'another model');
  });

  it('rolls on, and lets calls through as what they spent is older than its window', async () => {
    const { begin, end } = runner({ tokens: 1000, window: 'hour', rolling: true });
    now = Date.parse('2026-11-23T09:59:30Z');
    end((await begin()) as Call, 800);
    now += 60_000; // another hour of the calendar
    end((await begin()) as Call, 800);
    const refused = (await begin()) as LlmTraceError;
    assert.match(String(refused), /a rolling hour is spent/);
    assert.ok((refused.retryAfter ?? 0) > 58 * 60_000 && (refused.retryAfter ?? 0) <= 60 * 60_000);
    now += refused.retryAfter ?? 0;
    assert.ok(isSent(await begin()), 'the first is older than an hour');
  });

  it('never begins anew where it is for all time', async () => {
    const { begin, end } = runner({ tokens: 100, window: 'total' });
    end((await begin()) as Call, 100);
    now += 400 * 86_400_000;
    const refused = (await begin()) as LlmTraceError;
    assert.equal(
      refused.message,
      'llmtrace did not send the request: the budget of 100 tokens in total is spent (process).',
    );
    assert.equal(refused.retryAfter, undefined);
  });

  it('refuses each call where it is 0', async () => {
    for (const nothing of [{ usd: 0 }, { tokens: 0 }]) {
      const { begin } = runner(nothing);
      assert.equal(((await begin()) as LlmTraceError).code, 'budget_exceeded');
    }
  });

  it('is one for each value of an entry of the baggage', async () => {
    const { begin, end } = runner({ tokens: 100, key: 'baggage:tenant' });
    const of = (tenant: string) => ({
      context: propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ tenant: { value: tenant } })),
    });
    end((await begin(of('a'))) as Call, 100);
    assert.equal(((await begin(of('a'))) as LlmTraceError).key, 'tenant=a');
    assert.ok(isSent(await begin(of('b'))));
    assert.ok(isSent(await begin()), 'without the entry');
  });
});
