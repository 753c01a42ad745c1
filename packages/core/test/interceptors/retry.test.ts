import assert from 'node:assert/strict';
import sinon from 'sinon';
import { LlmTraceError } from '../../src/errors/llmtrace-error.ts';
import { RETRY_DEFAULTS } from '../../src/interceptors/defaults.ts';
import { type Retries, retry } from '../../src/interceptors/retry.ts';
import type { Call } from '../../src/model/call.ts';
import { callOf, failure } from './calls.ts';

const GEMINI_WAIT = JSON.stringify({
  error: {
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: [{ quotaId: 'RequestsPerMinute' }],
      },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
    ],
  },
});

describe('the retry', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    const toFake = ['setTimeout', 'clearTimeout', 'performance', 'Date'] as const;
    clock = sinon.useFakeTimers({ now: 1_764_000_000_000, toFake: [...toFake] });
  });
  afterEach(() => clock.restore());

  interface Run {
    /** The times of the attempts, in ms from the call. */
    times: number[];
    call: Call;
    result: unknown;
  }

  /** Plays a call whose attempts fail one after the other, and then succeed. */
  async function run(
    errors: unknown[],
    options: Partial<Retries> = {},
    fields: Partial<Call> = {},
  ): Promise<Run> {
    const call = callOf(fields);
    const times: number[] = [];
    const middle = () => 0.5;
    const intercept = retry({ ...RETRY_DEFAULTS, ...options }, () => performance.now(), middle);
    const done = intercept(call, async () => {
      times.push(performance.now() - call.startTime);
      if (errors.length > 0) throw errors.shift();
      return 'answer';
    }).catch((error) => error);
    await clock.runAllAsync();
    return { times, call, result: await done };
  }

  it('repeats a failed attempt after 500 ms, 1 s and 2 s, and then gives up', async () => {
    const error = failure(500);
    const { times, result } = await run(Array(9).fill(error));
    assert.deepEqual(times, [0, 500, 1500, 3500]);
    assert.equal(result, error);
  });

  it('reports each attempt that it repeated', async () => {
    const { call, result } = await run([failure(429), failure(503)]);
    assert.equal(result, 'answer');
    assert.deepEqual(
      call.retries?.map(({ time, ...rest }) => [time - call.startTime, rest]),
      [
        [0, { errorType: 'rate_limit', status: 429, delay: 500 }],
        [500, { errorType: 'server', status: 503, delay: 1000 }],
      ],
    );
  });

  it('reports nothing if the first attempt succeeds', async () => {
    const { call, result } = await run([]);
    assert.equal(result, 'answer');
    assert.equal('retries' in call, false);
  });

  it('waits as long as the vendor requires, instead of the formula', async () => {
    assert.deepEqual((await run([failure(429, { 'retry-after': '3' })])).times, [0, 3000]);
    assert.deepEqual((await run([failure(429, { 'retry-after-ms': '20' })])).times, [0, 20]);
    assert.deepEqual((await run([failure(503, { 'retry-after': '0' })])).times, [0, 0]);
    const both = failure(429, { 'retry-after': '1', 'retry-after-ms': '1250' });
    assert.deepEqual((await run([both])).times, [0, 1250]);
    clock.setSystemTime(1_764_000_000_000);
    const date = new Date(Date.now() + 5000).toUTCString();
    assert.deepEqual((await run([failure(429, { 'retry-after': date })])).times, [0, 5000]);
    const gemini = Object.assign(new Error(GEMINI_WAIT), { name: 'ApiError', status: 429 });
    assert.deepEqual((await run([gemini])).times, [0, 7000]);
  });

  it('does not begin a wait that would end after the deadline', async () => {
    assert.deepEqual((await run([failure(429, { 'retry-after': '3600' })])).times, [0]);
    assert.deepEqual((await run(Array(9).fill(failure(500)), { deadline: 1500 })).times, [0, 500, 1500]);
  });

  it('repeats nothing that would fail again', async () => {
    const quota = failure(429, {}, { code: 'insufficient_quota' });
    const refusal = new LlmTraceError('no', { code: 'rate_limited', key: '', retryAfter: undefined });
    for (const error of [failure(400), failure(401), failure(404), quota, refusal, new Error('a bug')]) {
      const { times, result } = await run([error]);
      assert.deepEqual([times, result], [[0], error]);
    }
  });

  it('repeats what is likely to pass: connections, timeouts, conflicts', async () => {
    const reset = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
    const timeout = Object.assign(new Error('The request timed out.'), { name: 'TimeoutError' });
    for (const error of [reset, timeout, failure(408), failure(409), failure(529)]) {
      assert.equal((await run([error])).result, 'answer');
    }
  });

  it('obeys a header of the vendor that allows or forbids a retry', async () => {
    assert.equal((await run([failure(400, { 'x-should-retry': 'true' })])).result, 'answer');
    assert.deepEqual((await run([failure(500, { 'x-should-retry': 'false' })])).times, [0]);
  });

  it('takes the number of retries from the application, if it sets one', async () => {
    assert.deepEqual((await run([failure(500)], {}, { maxRetries: 0 })).times, [0]);
    assert.equal((await run(Array(9).fill(failure(500)), {}, { maxRetries: 5 })).times.length, 6);
  });

  it('stops waiting at once when the application aborts, and makes no attempt afterwards', async () => {
    const controller = new AbortController();
    const call = callOf({ signal: controller.signal });
    let attempts = 0;
    const done = retry(RETRY_DEFAULTS)(call, async () => {
      attempts++;
      throw failure(500);
    });
    const rejected = assert.rejects(done, { name: 'AbortError' });
    await clock.tickAsync(100);
    controller.abort();
    await rejected;
    await clock.runAllAsync();
    assert.equal(attempts, 1);
    assert.equal(clock.countTimers(), 0);
  });

  it('keeps within its budget: ten at first, then one for five calls', async () => {
    const intercept = retry({ ...RETRY_DEFAULTS, budget: { ratio: 0.2, perSecond: 0 } });
    let attempts = 0;
    const calls = Array.from({ length: 200 }, () =>
      intercept(callOf(), async () => {
        attempts++;
        throw failure(429);
      }).catch(() => {}),
    );
    await clock.runAllAsync();
    await Promise.all(calls);
    assert.equal(attempts, 200 + 10 + 40);
  });

  it('allows a few retries to applications that call seldom', async () => {
    const intercept = retry({ ...RETRY_DEFAULTS, budget: { ratio: 0, perSecond: 1 } });
    let attempts = 0;
    for (let calls = 0; calls < 20; calls++) {
      const done = intercept(callOf(), async () => {
        attempts++;
        throw failure(500);
      }).catch(() => {});
      await clock.tickAsync(10_000);
      await done;
    }
    assert.equal(attempts, 80);
  });

  it('has a budget a host, so that one that is down costs no other its retries', async () => {
    const intercept = retry({ ...RETRY_DEFAULTS, budget: { ratio: 0, perSecond: 0 } });
    const attempt = async (address: string): Promise<number> => {
      let attempts = 0;
      const call = callOf({ server: { address, port: 443 } });
      const done = intercept(call, async () => {
        attempts++;
        throw failure(500);
      }).catch(() => {});
      await clock.runAllAsync();
      await done;
      return attempts;
    };
    for (let calls = 0; calls < 5; calls++) await attempt('down.example');
    assert.equal(await attempt('down.example'), 1);
    assert.equal(await attempt('up.example'), 4);
  });
});
