import assert from 'node:assert/strict';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import sinon from 'sinon';
import { LlmTraceError } from '../../../src/errors/llmtrace-error.ts';
import { RATE_LIMIT_DEFAULTS } from '../../../src/interceptors/defaults.ts';
import type { Layer } from '../../../src/interceptors/feature.ts';
import { type RateLimit, rateLimit } from '../../../src/interceptors/rate-limit.ts';
import type { SharedLimits } from '../../../src/interceptors/shared/store.ts';
import type { Call } from '../../../src/model/call.ts';
import { callOf, failure } from '../calls.ts';
import { makeStore, type TestStore } from './store.ts';

const FAKED = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
] as const;

describe('a rate limit that processes share', () => {
  const warn = sinon.spy();
  let clock: sinon.SinonFakeTimers;
  let store: TestStore;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: 1_764_000_000_000, toFake: [...FAKED, 'performance', 'Date'] });
    warn.resetHistory();
    const nothing = () => {};
    const logger: DiagLogger = { error: nothing, warn, info: nothing, debug: nothing, verbose: nothing };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => {
    clock.restore();
    diag.disable();
  });

  function limit(options: Partial<RateLimit>, overrides: Partial<SharedLimits> = {}): Layer {
    store = makeStore(overrides);
    return rateLimit({ ...RATE_LIMIT_DEFAULTS, ...options }, { shared: { store, name: 'limit 0' } });
  }

  interface Gone {
    time: number | undefined;
    error: any;
    call: Call;
  }

  /** A call that ends `takes` ms after it was sent. */
  function make(layer: Layer, fields: Partial<Call> = {}, takes = 0): Gone {
    const gone: Gone = { time: undefined, error: undefined, call: callOf(fields) };
    const sent = layer.intercept(gone.call, async () => {
      gone.time = performance.now();
    });
    sent.then(
      async () => {
        if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
        gone.call.endTime = performance.now();
        layer.observer?.end?.(gone.call);
      },
      (error) => {
        gone.error = error;
      },
    );
    return gone;
  }
  const times = (calls: Gone[]) =>
    calls.map(({ time }) => (time === undefined ? undefined : Math.round(time)));
  const many = (count: number, layer: Layer): Gone[] => Array.from({ length: count }, () => make(layer));

  it('sends calls in their order, each at its turn, with one question a turn', async () => {
    const calls = many(6, limit({ rate: 10, burst: 2 }));
    await clock.runAllAsync();
    assert.deepEqual(times(calls), [0, 0, 100, 200, 300, 400]);
    assert.deepEqual(
      store.asked.map((ask) => ask.calls.length),
      [6, 3, 2, 1],
      'all together, and then those who have no turn yet',
    );
  });

  it('asks in advance only for the call whose turn is next', async () => {
    const layer = limit({ rate: 1, burst: 1 });
    const calls = many(50, layer);
    const gone = () => calls.filter(({ time }) => time !== undefined).length;
    await clock.tickAsync(900);
    assert.deepEqual([gone(), store.asked.length], [1, 1]);
    await clock.tickAsync(2000);
    assert.deepEqual([gone(), store.asked.length], [3, 3]);
  });

  it('refuses a call at once that would wait too long, with the time to retry after', async () => {
    const layer = limit({ rate: 1, burst: 1, maxWait: 500 });
    const [first, second] = many(2, layer) as [Gone, Gone];
    await clock.tickAsync(1);
    assert.equal(first.error, undefined);
    assert.ok(second.error instanceof LlmTraceError);
    assert.deepEqual([second.error.code, second.error.key], ['wait_too_long', 'openai gpt-4o']);
    assert.ok(Math.abs((second.error.retryAfter ?? 0) - 1000) < 2);
  });

  it('refuses instead of waiting, by its option and where no call may wait', async () => {
    for (const [options, code] of [
      [{ mode: 'refuse' }, 'rate_limited'],
      [{ maxQueue: 0 }, 'queue_full'],
    ] as const) {
      const calls = many(3, limit({ rate: 1, burst: 1, ...options }));
      await clock.tickAsync(1);
      assert.deepEqual(
        calls.map(({ error }) => error?.code),
        [undefined, code, code],
      );
    }
  });

  it('lets no more wait than may', async () => {
    const layer = limit({ rate: 1, burst: 1, maxQueue: 2 });
    many(2, layer);
    await clock.tickAsync(1);
    const calls = many(3, layer);
    await clock.tickAsync(1);
    assert.deepEqual(
      calls.map(({ error }) => error?.code),
      [undefined, 'queue_full', 'queue_full'],
    );
  });

  it('ends the wait of an aborted call at once, and gives its turn back', async () => {
    const layer = limit({ rate: 1, burst: 2 });
    many(2, layer);
    await clock.tickAsync(1);
    const controller = new AbortController();
    const waiting = make(layer, { signal: controller.signal });
    const behind = make(layer);
    await clock.tickAsync(1);
    const reason = new Error('enough');
    controller.abort(reason);
    await clock.tickAsync(1);
    assert.equal(waiting.error, reason);
    assert.deepEqual(
      store.settled.map(({ amounts, ended }) => [amounts, ended.length]),
      [[[1], 1]],
    );
    await clock.runAllAsync();
    assert.notEqual(behind.time, undefined);
  });

  it('sends nothing for a call that is aborted already', async () => {
    const layer = limit({ rate: 1 });
    const { error } = await settledNow(make(layer, { signal: AbortSignal.abort(new Error('before')) }));
    assert.equal(error.message, 'before');
    await clock.runAllAsync();
    assert.equal(store.running, 0);
  });

  const settledNow = async (gone: Gone): Promise<Gone> => {
    await clock.tickAsync(1);
    return gone;
  };

  describe('whose store does not answer', () => {
    it('waits for no longer than the bound, goes on with its share, and comes back by itself', async () => {
      const layer = limit({ rate: 40, burst: 40 }, { processes: 4 });
      store.health = 'silent';
      const calls = many(30, layer);
      await clock.tickAsync(49);
      assert.ok(calls.every(({ time }) => time === undefined));
      await clock.tickAsync(2);
      assert.equal(calls.filter(({ time }) => time !== undefined).length, 1, 'none of the burst');
      await clock.tickAsync(1000);
      assert.equal(calls.filter(({ time }) => time !== undefined).length, 11, 'its share of the rate');
      assert.equal(store.asked.length <= 2, true, 'a store that is away is not asked');
      store.health = 'well';
      await clock.tickAsync(5100);
      assert.ok(calls.every(({ time }) => time !== undefined));
      const before = store.asked.length;
      make(layer);
      await clock.tickAsync(1);
      assert.ok(store.asked.length > before);
      assert.deepEqual(warn.args.flat(), [
        'llmtrace: the store of the shared limits is out of reach (no answer in time); until it is back, each process keeps to its own share of them',
        'llmtrace: the store of the shared limits is back; they hold over all processes again',
      ]);
    });

    it('is not awaited longer by calls that came during another question', async () => {
      const layer = limit({ rate: 100, burst: 100 });
      store.health = 40;
      const first = make(layer);
      await clock.tickAsync(20);
      const second = make(layer);
      await clock.tickAsync(51);
      assert.deepEqual(times([first]), [40]);
      assert.ok((second.time ?? Infinity) <= 71, `${second.time}`);
    });

    it('has a share of the rest at the last answer, for the number of processes at that time', async () => {
      const layer = limit({ rate: 40, burst: 40 });
      store.processes = 4;
      await settledNow(many(32, layer).at(-1) as Gone);
      store.health = 'broken';
      const calls = many(5, layer);
      await clock.tickAsync(1);
      assert.equal(calls.filter(({ time }) => time !== undefined).length, 2, '8 were left, for 4');
      await clock.tickAsync(100);
      assert.equal(calls.filter(({ time }) => time !== undefined).length, 3, '10 a second');
    });

    it('reports the rest that it knows to the store on its return', async () => {
      const layer = limit({ rate: 40, burst: 40 });
      store.processes = 4;
      await settledNow(many(40, layer).at(-1) as Gone);
      store.health = 'broken';
      many(30, layer);
      await clock.tickAsync(1000);
      store.health = 'well';
      await clock.tickAsync(3000);
      const [back] = store.asked.filter(({ returning }) => returning);
      assert.equal(back?.processes, 4);
      assert.equal(back?.memory, 'memory');
      assert.ok((back?.levels[0] ?? Infinity) < 4.1, `${back?.levels[0]}`);
      assert.equal(store.asked.filter(({ returning }) => returning).length, 1, 'once');
    });

    it('has no limit, or lets no call through, by its option', async () => {
      const open = limit({ rate: 1, burst: 1 }, { fallback: 'open' });
      store.health = 'broken';
      const calls = many(20, open);
      await clock.tickAsync(1);
      assert.ok(calls.every(({ time }) => time !== undefined));

      const closed = limit({ rate: 1, burst: 1 }, { fallback: 'closed' });
      store.health = 'broken';
      const { error, time } = await settledNow(make(closed));
      assert.equal(error.code, 'limits_unavailable');
      assert.equal(time, undefined);
    });

    it('goes by the turns of a late answer, gives back the turns that no call awaits, and asks again at once', async () => {
      const layer = limit({ rate: 10, burst: 10 });
      store.health = 120;
      const controller = new AbortController();
      const [first, aborted, last] = [make(layer), make(layer, { signal: controller.signal }), make(layer)];
      await clock.tickAsync(52);
      assert.deepEqual(times([first, aborted, last]), [51, undefined, undefined]);
      controller.abort();
      store.health = 'well';
      await clock.tickAsync(80);
      assert.deepEqual(times([last]), [120]);
      assert.deepEqual(
        store.settled.map(({ amounts }) => amounts),
        [[1]],
      );
      assert.equal(warn.callCount, 0, 'one late answer is no outage');
      make(layer);
      await clock.tickAsync(1);
      assert.equal(store.asked.length, 2);
    });

    it('is learned from, however slow it is', async () => {
      const layer = limit({ rate: 40, burst: 40 });
      store.health = 120;
      store.processes = 4;
      const calls = many(60, layer);
      await clock.tickAsync(140);
      const before = calls.filter(({ time }) => time !== undefined).length;
      assert.equal(before, 40, 'those whose turns came late');
      await clock.tickAsync(2000);
      const after = calls.filter(({ time }) => time !== undefined).length;
      assert.ok(
        after - before >= 19 && after - before <= 20,
        `${after - before} in 2 s, by a quarter of the rate`,
      );
      assert.equal(warn.callCount, 1);
      assert.equal(store.asked.length, 1, 'no call waits for it any more');
    });

    it('is probed one at a time, at growing intervals, and keeps no process alive', async () => {
      const layer = limit({ rate: 10, burst: 10 });
      store.health = 'broken';
      make(layer);
      await clock.tickAsync(60_000);
      assert.ok(store.pings >= 12 && store.pings <= 22, `${store.pings} probes a minute`);
      assert.equal(warn.callCount, 1);
    });

    it('is logged once a minute, however often it comes and goes', async () => {
      const layer = limit({ rate: 1000, burst: 1000 });
      for (let outage = 0; outage < 6; outage++) {
        store.health = 'broken';
        make(layer);
        await clock.tickAsync(20);
        store.health = 'well';
        await clock.tickAsync(6000);
      }
      assert.equal(warn.callCount, 2);
    });

    it('never shows the message of an error', async () => {
      const layer = limit({ rate: 10 });
      store.health = 'broken';
      await settledNow(make(layer));
      assert.match(warn.args.join(), /\(ECONNREFUSED\)/);
      assert.doesNotMatch(warn.args.join(), /secret/);
    });

    it('refuses instead of waiting by its share, too', async () => {
      const layer = limit({ rate: 8, burst: 8, mode: 'refuse' }, { processes: 4 });
      store.health = 'broken';
      const calls = many(5, layer);
      await clock.tickAsync(1);
      assert.deepEqual(
        calls.map(({ error }) => error?.code),
        [undefined, 'rate_limited', 'rate_limited', 'rate_limited', 'rate_limited'],
      );
    });

    it('lets calls go that are larger than its share, and keeps to it in the long run', async () => {
      const layer = limit({ tokensPerMinute: 6000, requestsPerMinute: 2, estimate: 3000 }, { processes: 4 });
      store.health = 'broken';
      const calls = many(2, layer);
      await clock.tickAsync(1);
      assert.deepEqual(
        times(calls).map((time) => time !== undefined),
        [true, false],
      );
      await clock.tickAsync(59_000);
      assert.equal(calls[1]?.time, undefined);
    });
  });

  describe('of calls at the same time', () => {
    it('lets the next one go when one of its own ends, and says so to the store', async () => {
      const layer = limit({ concurrency: 1 });
      const calls = [make(layer, {}, 10), make(layer, {}, 10)];
      await clock.tickAsync(12);
      assert.ok((calls[1]?.time ?? Infinity) <= 12);
      await clock.tickAsync(20);
      assert.equal(store.running, 0);
    });

    it('asks again, less and less often, while others have all places', async () => {
      const layer = limit({ concurrency: 1 });
      store.running = 1;
      const call = make(layer);
      await clock.tickAsync(20_000);
      assert.ok(
        store.asked.length > 15 && store.asked.length < 32,
        `${store.asked.length} questions in 20 s`,
      );
      store.running = 0;
      await clock.tickAsync(1300);
      assert.notEqual(call.time, undefined);
    });

    it('keeps the places of calls that go on', async () => {
      const layer = limit({ concurrency: 2 });
      make(layer, {}, 65_000);
      await clock.tickAsync(61_000);
      assert.equal(store.settled.filter(({ running }) => running.length === 1).length, 6);
      await clock.tickAsync(20_000);
      assert.equal(clock.countTimers(), 0);
    });
  });

  it('settles tokens with the real usage', async () => {
    const layer = limit({ tokensPerMinute: 60_000, estimate: 500 });
    const call = make(layer, { response: { usage: { inputTokens: 60, outputTokens: 40 } } });
    await clock.tickAsync(1);
    assert.deepEqual(store.asked[0]?.calls[0]?.amounts, [500]);
    assert.notEqual(call.time, undefined);
    assert.deepEqual(
      store.settled.map(({ amounts }) => amounts),
      [[400]],
    );
  });

  it('pauses the other processes if a vendor requires a wait', async () => {
    const layer = limit({ rate: 100, followVendor: true });
    const error = failure(429, { 'retry-after': '2' });
    await assert.rejects(layer.intercept(callOf(), async () => Promise.reject(error)));
    assert.deepEqual(
      store.settled.map(({ pause }) => pause),
      [2000],
    );
    const next = make(layer);
    await clock.tickAsync(1999);
    assert.equal(next.time, undefined);
    await clock.tickAsync(2);
    assert.notEqual(next.time, undefined);
  });
});
