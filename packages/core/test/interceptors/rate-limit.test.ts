import assert from 'node:assert/strict';
import sinon from 'sinon';
import { LlmTraceError } from '../../src/errors/llmtrace-error.ts';
import { RATE_LIMIT_DEFAULTS } from '../../src/interceptors/defaults.ts';
import type { Layer } from '../../src/interceptors/feature.ts';
import { type RateLimit, rateLimit } from '../../src/interceptors/rate-limit.ts';
import type { Call } from '../../src/model/call.ts';
import { facts } from '../../src/platform/process-state.ts';
import { callOf, failure, turns } from './calls.ts';

const answerWith = (headers: Record<string, string>) => ({ status: 200, headers: new Headers(headers) });

describe('the rate limit', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  });
  afterEach(() => clock.restore());

  const limit = (options: Partial<RateLimit>): Layer => rateLimit({ ...RATE_LIMIT_DEFAULTS, ...options });

  /** Plays calls, all made now; each ends when its answer is there. */
  function play(layer: Layer, calls: Call[], attempt: (call: Call) => unknown = () => 'answer') {
    const times: number[] = [];
    const order: number[] = [];
    const results = calls.map(async (call, index) => {
      try {
        const result = await layer.intercept(call, async () => {
          times.push(performance.now());
          order.push(index);
          return attempt(call);
        });
        end(layer, call);
        return result;
      } catch (error) {
        return error;
      }
    });
    return { times, order, results: Promise.all(results) };
  }

  const end = (layer: Layer, call: Call): void => {
    call.endTime = performance.now();
    layer.observer?.end?.(call);
  };

  it('sends 1,000 calls at 50 a second in order, none lost, none early, in the ideal time', async () => {
    const layer = limit({ rate: 50, burst: 1, maxWait: 60_000 });
    const { times, order, results } = play(
      layer,
      Array.from({ length: 1000 }, () => callOf()),
    );
    await clock.runAllAsync();
    await results;
    assert.deepEqual(
      order,
      Array.from({ length: 1000 }, (_, index) => index),
    );
    for (const [index, time] of times.entries())
      assert.ok(time >= index * 20 - 1e-6, `${index} went at ${time}`);
    const ideal = (999 / 50) * 1000;
    assert.ok((times.at(-1) ?? 0) <= ideal * 1.02, `took ${times.at(-1)} ms instead of ${ideal}`);
    assert.equal(clock.countTimers(), 0);
  });

  it('is in time for rates that no whole number of milliseconds divides', async () => {
    const { times, results } = play(
      limit({ rate: 300, burst: 1 }),
      Array.from({ length: 900 }, () => callOf()),
    );
    await clock.runAllAsync();
    await results;
    const ideal = (899 / 300) * 1000;
    const last = times.at(-1) ?? 0;
    assert.ok(last >= ideal - 1e-6 && last <= ideal * 1.02, `took ${last} ms instead of ${ideal}`);
  });

  it('keeps nothing of calls that have ended', async () => {
    const layer = limit({ rate: 1e6, burst: 1e6, tokensPerMinute: 1e9, concurrency: 1e6 });
    const round = async (): Promise<number> => {
      for (let calls = 0; calls < 5000; calls++) {
        const call = callOf();
        await layer.intercept(call, async () => undefined);
        end(layer, call);
      }
      global.gc?.();
      return process.memoryUsage().heapUsed;
    };
    await round();
    const before = await round();
    const after = await round();
    assert.ok(after - before < 200_000, `${after - before} bytes more after 5,000 calls`);
  });

  it('reports the wait of a call, and 0 for none', async () => {
    const calls = [callOf(), callOf(), callOf()];
    const { results } = play(limit({ rate: 2, burst: 1 }), calls);
    await clock.runAllAsync();
    await results;
    assert.deepEqual(
      calls.map(({ rateLimitWait }) => rateLimitWait),
      [0, 500, 1000],
    );
  });

  it('has a limit for each model by default', async () => {
    const calls = () => ['a', 'b', 'c'].map((model) => callOf({ request: { model } }));
    const lastOf = async (options: Partial<RateLimit>): Promise<number> => {
      const since = performance.now();
      const { times, results } = play(limit({ rate: 1, burst: 1, ...options }), calls());
      await clock.runAllAsync();
      await results;
      return (times.at(-1) ?? 0) - since;
    };
    assert.equal(await lastOf({}), 0);
    assert.equal(await lastOf({ key: 'provider' }), 2000);
    assert.equal(await lastOf({ key: 'process' }), 2000);
    assert.equal(await lastOf({ key: ({ request }) => (request.model === 'c' ? 'c' : 'other') }), 1000);
    const broken = () => assert.fail('the function of the application has a bug');
    assert.equal(await lastOf({ key: broken }), 2000);
  });

  it('holds several limits at once, the strictest counts', async () => {
    const { times, results } = play(
      limit({ rate: 10, burst: 10, requestsPerMinute: 2, maxWait: 90_000 }),
      Array.from({ length: 4 }, () => callOf()),
    );
    await clock.runAllAsync();
    await results;
    assert.deepEqual(times.map(Math.round), [0, 0, 30_000, 60_000]);
  });

  it('lets so many calls run at once, until they end', async () => {
    const layer = limit({ concurrency: 2 });
    const calls = Array.from({ length: 3 }, () => callOf());
    let sent = 0;
    const attempt = async (call: Call): Promise<void> => {
      await layer.intercept(call, async () => void sent++);
    };
    const done = Promise.all(calls.map(attempt));
    await turns();
    assert.equal(sent, 2);
    end(layer, calls[0] as Call);
    await turns();
    assert.equal(sent, 3);
    await done;
  });

  it('frees the place of a failed attempt at once: its retry waits in line again', async () => {
    const layer = limit({ concurrency: 1 });
    const call = callOf();
    await assert.rejects(layer.intercept(call, async () => Promise.reject(failure(500))));
    let sent = false;
    await layer.intercept(callOf(), async () => {
      sent = true;
    });
    assert.equal(sent, true);
  });

  it('reserves tokens, and settles them with what was really used', async () => {
    const layer = limit({ tokensPerMinute: 6000, estimate: 3000 });
    const used = (inputTokens: number, outputTokens: number) => (call: Call) => {
      call.response = { usage: { inputTokens, outputTokens } };
    };
    const first = play(layer, [callOf(), callOf()], used(100, 50));
    await turns();
    assert.equal(first.times.length, 2);
    // 300 of 6,000 are gone; two more fit at once.
    const second = play(layer, [callOf()], used(4000, 2000));
    await turns();
    assert.equal(second.times.length, 1);
    // That one used 3,000 more than was thought: the next waits for 3,300 tokens, at 100 a second.
    const third = play(layer, [callOf()]);
    const since = performance.now();
    await clock.runAllAsync();
    assert.equal(Math.round((third.times[0] ?? 0) - since), 33_000);
  });

  it('gives the tokens of a failed attempt back', async () => {
    const layer = limit({ tokensPerMinute: 1000, estimate: 1000 });
    const calls = [callOf(), callOf()];
    await assert.rejects(layer.intercept(calls[0] as Call, async () => Promise.reject(failure(500))));
    const { times } = play(layer, [calls[1] as Call]);
    await turns();
    assert.equal(times.length, 1);
  });

  const warnings = (warning: string) => facts().warnings.filter((text) => text === warning);
  const fail = () => {
    throw new Error('the database is away');
  };
  const WRONG: [what: string, value: (call: Call) => unknown][] = [
    ['threw an error', fail],
    ['returned a promise', async () => fail()],
    ['returned undefined', () => undefined],
    ['returned a value of the type object', () => ({})],
  ];
  for (const [what, value] of WRONG) {
    it(`has the key of the process where the function of the key ${what}, with one warning`, async () => {
      const key = value as (call: Call) => string;
      const { results } = play(limit({ requestsPerMinute: 1, mode: 'refuse', key }), [callOf(), callOf()]);
      await clock.runAllAsync();
      const [, refused] = await results;
      assert.equal((refused as LlmTraceError).key, 'process');
      const warning = `the function \`key\` of a limit or a budget has to return a text, but ${what}; these calls share the key \`process\``;
      assert.equal(warnings(warning).length, 1);
    });

    it(`does without an estimate whose function ${what}, with one warning`, async () => {
      const estimate = value as (call: Call) => number;
      const { results } = play(limit({ tokensPerMinute: 1000, estimate }), [callOf()]);
      await clock.runAllAsync();
      assert.deepEqual(await results, ['answer']);
      const warning = `the function \`estimate\` of a rate limit has to return a number, but ${what}; what such calls used on average counts in its place`;
      assert.equal(warnings(warning).length, 1);
    });
  }

  it('estimates a call by the usage of earlier calls', async () => {
    const layer = limit({ tokensPerMinute: 1000 });
    const use = (tokens: number) => (call: Call) => {
      call.response = { usage: { inputTokens: tokens } };
    };
    await play(layer, [callOf({ request: { model: 'gpt-4o', maxTokens: 900 } })], use(100)).results;
    const { times } = play(
      layer,
      Array.from({ length: 9 }, () => callOf()),
      use(100),
    );
    await turns();
    assert.equal(times.length, 9);
  });

  it('never waits for more tokens than there can be', async () => {
    const { times } = play(limit({ tokensPerMinute: 500, estimate: 1e9 }), [callOf()]);
    await turns();
    assert.equal(times.length, 1);
  });

  it('refuses calls beyond the limit, by its option', async () => {
    const { times, results } = play(limit({ rate: 1, burst: 1, mode: 'refuse' }), [callOf(), callOf()]);
    const [, refused] = await results;
    assert.equal(times.length, 1);
    assert.ok(refused instanceof LlmTraceError);
    assert.deepEqual(
      { ...refused, message: refused.message },
      {
        name: 'LlmTraceError',
        message: 'llmtrace did not send the request: the rate limit is reached (openai gpt-4o).',
        code: 'rate_limited',
        key: 'openai gpt-4o',
        retryAfter: undefined,
      },
    );
  });

  it('refuses when too many wait, or one has waited too long', async () => {
    const { times, results } = play(limit({ rate: 0.1, burst: 1, maxWait: 5000, maxQueue: 1 }), [
      callOf(),
      callOf(),
      callOf(),
    ]);
    const since = performance.now();
    await clock.runAllAsync();
    const codes = (await results).map((result) => (result as Partial<LlmTraceError>).code);
    assert.deepEqual(codes, [undefined, 'wait_too_long', 'queue_full']);
    assert.equal(times.length, 1);
    assert.equal(performance.now() - since, 5000);
  });

  it('sends nothing of a call that is aborted while it waits, and lets the next one go on', async () => {
    const controller = new AbortController();
    const calls = [callOf(), callOf({ signal: controller.signal }), callOf()];
    const { order, results } = play(limit({ rate: 1, burst: 1 }), calls);
    await clock.tickAsync(500);
    controller.abort();
    await clock.runAllAsync();
    assert.equal(((await results)[1] as Error).name, 'AbortError');
    assert.deepEqual(order, [0, 2]);
    assert.equal(performance.now(), 1000);
  });

  it('waits after a 429 as long as the vendor asks, where it adapts', async () => {
    const layer = limit({ followVendor: true });
    await assert.rejects(
      layer.intercept(callOf(), async () => Promise.reject(failure(429, { 'retry-after': '4' }))),
    );
    const { times } = play(layer, [callOf()]);
    await clock.runAllAsync();
    assert.deepEqual(times, [4000]);
  });

  it('waits until a vendor limit that is used up is whole again', async () => {
    const layer = limit({ followVendor: true });
    const call = callOf();
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '0m30s',
      'x-ratelimit-remaining-tokens': '149984',
    };
    await play(layer, [call], () => answerWith(headers)).results;
    assert.deepEqual(call.remaining, { requests: 0, tokens: 149984 });
    const { times } = play(layer, [callOf()]);
    await clock.runAllAsync();
    assert.deepEqual(times, [30_000]);
  });

  it('spreads what little remains of a vendor limit over the time until it is whole again', async () => {
    const layer = limit({ followVendor: true });
    const headers = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '5',
      'anthropic-ratelimit-requests-reset': new Date(Date.now() + 10_000).toISOString(),
    };
    await play(layer, [callOf()], () => answerWith(headers)).results;
    const { times } = play(layer, [callOf(), callOf(), callOf()]);
    await clock.runAllAsync();
    assert.deepEqual(times, [0, 2000, 4000]);
  });

  it('does not look at the vendor where it is not to adapt', async () => {
    const call = callOf();
    const layer = limit({ rate: 100 });
    await play(layer, [call], () => answerWith({ 'x-ratelimit-remaining-requests': '0' })).results;
    assert.equal(call.remaining, undefined);
  });
});
