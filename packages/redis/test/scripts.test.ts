/** The decisions of Redis are those that a process would make by itself. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { TokenBucket } from '@llmtrace/core';
import fc from 'fast-check';
import { runnerOf, type Script, scriptOf } from '../src/client.ts';
import { redisLimits } from '../src/index.ts';
import { TAKE } from '../src/scripts.ts';
import { type ConnectedClient, PACKAGES } from './clients.ts';
import { describeWithRedis, type RedisServer, startRedis } from './server.ts';

/** A generator of numbers from 0 to 1, so that a schedule that fails can be played again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The line of a process, in front of its own buckets, as it decides at given times. */
function inProcess(sizes: readonly { rate: number; burst: number }[]) {
  let clock = 0;
  /** Who comes next passes no earlier. */
  let last = 0;
  let buckets: TokenBucket[] | undefined;
  return (time: number, amounts: readonly number[], maxWait: number): number => {
    clock = Math.max(time, last);
    buckets ??= sizes.map(({ rate, burst }) => new TokenBucket({ rate, burst, now: () => clock }));
    const delay = Math.max(...buckets.map((bucket, index) => bucket.delay(amounts[index] ?? 0)));
    const wait = clock + delay - time;
    if (wait > maxWait) return -wait;
    clock += delay;
    last = clock;
    for (const [index, bucket] of buckets.entries()) {
      bucket.delay(0);
      bucket.take(amounts[index] ?? 0);
    }
    return wait;
  };
}

const DAY = 86_400_000;
const NOTHING = { usd: 0, tokens: 0 };
/** A message about a budget of the day that asks nothing. */
const DAILY = {
  window: { kind: 'fixed', length: DAY, offset: 0 },
  known: undefined,
  pending: NOTHING,
  asking: undefined,
} as const;

const askingCall = (amounts: number[], maxWait = 60_000) => ({ amounts, maxWait, lease: 1 });

describeWithRedis('the decisions of Redis', () => {
  let redis: RedisServer;
  let connection: ConnectedClient;
  before(async () => {
    redis = await startRedis();
    connection = await (PACKAGES[0] as (typeof PACKAGES)[number]).connect(redis.url);
  });
  after(async () => {
    await connection?.close();
    await redis?.close();
  });

  /** The limits, and the time by Redis' clock of each decision, in ms. */
  function limitsWithTimes() {
    const times: number[] = [];
    const client = {
      ...(connection.client as object),
      evalSha: async (...args: any[]) => {
        const reply: any = await (connection.client as any).evalSha(...args);
        if (Array.isArray(reply)) times.push(Number(reply[4]));
        return reply;
      },
      eval: async (...args: any[]) => {
        const reply: any = await (connection.client as any).eval(...args);
        if (Array.isArray(reply)) times.push(Number(reply[4]));
        return reply;
      },
    };
    return { limits: redisLimits(client as any), times };
  }

  const fresh = { levels: [], memory: '', returning: false, announcing: true, processes: 1, concurrency: 0 };

  for (const seed of [1, 2, 3, 4]) {
    it(`are those of the bucket in the process, by Redis' own clock (schedule ${seed})`, async () => {
      const random = randomOf(seed);
      const { limits, times } = limitsWithTimes();
      const rate = 20 + random() * 2000;
      const burst = 1 + Math.floor(random() * 20);
      const buckets = [
        { rate, burst, of: 'requests' },
        { rate: rate * 50, burst: burst * 60, of: 'tokens' },
      ] as const;
      const decide = inProcess(buckets);
      for (let asked = 0; asked < 300; asked++) {
        const amounts = [1, Math.floor(random() * burst * 60)] as const;
        const maxWait = random() < 0.2 ? 0 : random() * 40;
        const { waits } = await limits.take(`schedule ${seed}`, {
          ...fresh,
          buckets,
          levels: [Infinity, Infinity],
          calls: [askingCall([...amounts], maxWait)],
        });
        const time = times.at(-1) as number;
        const expected = decide(time, amounts, maxWait);
        const [actual] = waits as [number];
        assert.ok(Math.abs(actual - expected) < 0.01, `${asked}: ${actual} instead of ${expected}`);
        if (random() < 0.3) await wait(random() * 30);
      }
    });
  }

  it('take one round trip for all concurrent requests; only the last one may have to wait', async () => {
    const { limits, times } = limitsWithTimes();
    const buckets = [{ rate: 10, burst: 3, of: 'requests' }] as const;
    const calls = Array.from({ length: 6 }, () => askingCall([1]));
    const { waits, levels, full } = await limits.take('at once', {
      ...fresh,
      buckets,
      levels: [Infinity],
      calls,
    });
    assert.equal(times.length, 1);
    assert.deepEqual(waits.slice(0, 3), [0, 0, 0]);
    assert.equal(waits.length, 4);
    assert.ok(Math.abs((waits[3] as number) - 100) < 0.01);
    assert.ok(Math.abs(levels[0] as number) < 0.01);
    assert.equal(full, false);
  });

  it('are given back', async () => {
    const { limits } = limitsWithTimes();
    const buckets = [{ rate: 0.001, burst: 5, of: 'requests' }] as const;
    const ask = (count: number) =>
      limits.take('given back', {
        ...fresh,
        buckets,
        levels: [Infinity],
        calls: Array.from({ length: count }, () => askingCall([1], 0)),
      });
    const granted = async (count: number) => (await ask(count)).waits.filter((wait) => wait >= 0).length;
    assert.equal(await granted(5), 5);
    assert.equal(await granted(5), 0);
    const back = { buckets, concurrency: 0, ended: [], running: [], pause: 0 };
    await limits.settle('given back', { ...back, amounts: [2] });
    assert.equal(await granted(5), 2);
    await limits.settle('given back', { ...back, amounts: [50] });
    assert.equal(await granted(9), 5, 'never more than the bucket holds');
    await limits.settle('given back', { ...back, amounts: [4] });
    await limits.settle('given back', { ...back, amounts: [-3] });
    assert.equal(await granted(5), 1);
  });

  it('wait for a pause of any process', async () => {
    const { limits } = limitsWithTimes();
    const buckets = [{ rate: 1000, burst: 1000, of: 'requests' }] as const;
    await limits.settle('pause', {
      buckets,
      concurrency: 0,
      amounts: [0],
      ended: [],
      running: [],
      pause: 500,
    });
    const { waits } = await limits.take('pause', {
      ...fresh,
      buckets,
      levels: [Infinity],
      calls: [askingCall([1])],
    });
    assert.ok((waits[0] as number) > 400 && (waits[0] as number) <= 500);
  });

  it('free the places of concurrent calls that end, and of processes without a command for too long', async () => {
    const { limits } = limitsWithTimes();
    const other = redisLimits(connection.client);
    const ask = (by: typeof limits, leases: number[]) =>
      by.take('places', {
        ...fresh,
        buckets: [],
        concurrency: 3,
        levels: [],
        calls: leases.map((lease) => ({ amounts: [], maxWait: 0, lease })),
      });
    assert.deepEqual((await ask(limits, [1, 2])).waits, [0, 0]);
    const { waits, full, processes } = await ask(other, [1, 2]);
    assert.deepEqual([waits, full, processes], [[0], true, 2]);
    const none = { buckets: [], concurrency: 3, amounts: [], pause: 0 };
    await limits.settle('places', { ...none, ended: [1], running: [2] });
    assert.deepEqual((await ask(other, [2, 3])).waits, [0]);
    // As if its process had died: the place is not renewed.
    await send(
      'ZADD',
      'llmtrace:{places}:running',
      '1',
      ...((await send('ZRANGE', 'llmtrace:{places}:running', '0', '0')) as string[]),
    );
    assert.deepEqual((await ask(other, [3])).waits, [0]);
  });

  it('leave nothing behind that does not expire', async () => {
    const { limits } = limitsWithTimes();
    const buckets = [{ rate: 1000, burst: 1, of: 'requests' }] as const;
    await limits.take('short', {
      ...fresh,
      buckets,
      levels: [Infinity],
      concurrency: 1,
      calls: [askingCall([1])],
    });
    await limits.spend('money', { ...DAILY, usd: 1, tokens: 1 });
    await limits.ping();
    const keys = (await send('KEYS', '*')) as string[];
    assert.ok(keys.includes('llmtrace:{short}') && keys.includes('llmtrace:{money}'));
    for (const key of keys) assert.ok(Number(await send('PTTL', key)) > 0, key);
  });

  it('restore the memory of processes: after a flush of Redis no process gets a second burst', async () => {
    const { limits } = limitsWithTimes();
    const buckets = [{ rate: 1, burst: 10, of: 'requests' }] as const;
    const ask = (memory: string, levels: number[], returning = false) =>
      limits.take('flushed', { ...fresh, buckets, levels, memory, returning, calls: [askingCall([1])] });
    const first = await ask('', [Infinity]);
    assert.deepEqual(first.levels, [9]);
    await send('DEL', 'llmtrace:{flushed}');
    const second = await ask(first.memory, [2]);
    assert.ok((second.levels[0] as number) < 1.1, `${second.levels[0]}`);
    assert.notEqual(second.memory, first.memory);
    const third = await ask(second.memory, [-3]);
    assert.ok((third.levels[0] as number) >= -0.1, 'what it remembers counts once');
  });

  it('give the processes that are back from an outage the sum of their shares until all are back', async () => {
    const mine = limitsWithTimes();
    const other = limitsWithTimes();
    const buckets = [{ rate: 10, burst: 1, of: 'requests' }] as const;
    /** The time at which a call may be sent, by Redis' clock: the line continues there, even after a slow request. */
    const turnOf = async ({ limits, times }: typeof other, returning: boolean) => {
      const back = { ...fresh, buckets, levels: [0], returning, processes: 2, calls: [askingCall([1])] };
      const { waits, processes } = await limits.take('back', back);
      return { turn: (times.at(-1) as number) + (waits[0] as number), wait: waits[0] as number, processes };
    };
    const first = await turnOf(mine, true);
    assert.equal(first.processes, 2, 'one of them has not reported yet');
    assert.ok(Math.abs(first.wait - 200) < 1, `${first.wait}: half of the rate`);
    const second = await turnOf(mine, false);
    assert.ok(Math.abs(second.turn - first.turn - 200) < 1, `${second.turn - first.turn}: half of it still`);
    const third = await turnOf(other, false);
    assert.ok(Math.abs(third.turn - second.turn - 100) < 1, `${third.turn - second.turn}: all of the rate`);
  });

  it('add up the spend, by windows, even if a process or Redis loses its data', async () => {
    const { limits } = limitsWithTimes();
    const spending = DAILY;
    const first = await limits.spend('sum', { ...spending, usd: 0.1, tokens: 10 });
    const second = await limits.spend('sum', { ...spending, usd: 0.2, tokens: 5 });
    assert.deepEqual([second.usd, second.tokens], [0.1 + 0.2, 15]);
    assert.equal(second.window, first.window);
    assert.ok(second.left > 0 && second.left <= 86_400_000);
    await send('DEL', 'llmtrace:{sum}');
    const third = await limits.spend('sum', { ...spending, usd: 1, tokens: 0, known: second });
    assert.ok(Math.abs(third.usd - 1.3) < 1e-9);
    assert.equal(third.tokens, 15);
    const ended = { ...third, window: third.window - DAY, usd: 1000 };
    const fourth = await limits.spend('sum', { ...spending, usd: 0, tokens: 0, known: ended });
    assert.equal(fourth.usd, third.usd, 'a window that has ended is forgotten');
  });

  it('let calls through until the spent and reserved amounts reach the budget', async () => {
    const [mine, theirs] = [redisLimits(connection.client as any), redisLimits(connection.client as any)];
    const asking = { expected: { usd: 4, tokens: 0 }, budget: { usd: 10, tokens: Infinity }, always: false };
    const ask = (limits: typeof mine, reservedUsd: number, usd = 0) =>
      limits.spend('asked', { ...DAILY, ...NOTHING, usd, pending: { usd: reservedUsd, tokens: 0 }, asking });
    assert.equal((await ask(mine, 0)).granted, true);
    assert.equal((await ask(mine, 4)).granted, true);
    const third = await ask(theirs, 0);
    assert.deepEqual([third.granted, third.reserved.usd], [true, 8], 'one reservation goes beyond');
    assert.equal((await ask(theirs, 4)).granted, false);
    assert.equal((await ask(mine, 8)).granted, false);
    // Mine end, and have cost less: there is room again.
    await mine.spend('asked', { ...DAILY, usd: 2, tokens: 0 });
    assert.equal((await ask(theirs, 4)).granted, true);
    assert.equal((await ask(theirs, 8)).granted, false);
    const always = await theirs.spend('asked', {
      ...{ ...DAILY, ...NOTHING },
      pending: { usd: 8, tokens: 0 },
      asking: { ...asking, always: true },
    });
    assert.equal(always.granted, true);
  });

  it('drop the reservations of a process without a command for two minutes', async () => {
    const [mine, theirs] = [redisLimits(connection.client as any), redisLimits(connection.client as any)];
    const asking = { expected: { usd: 4, tokens: 0 }, budget: { usd: 4, tokens: Infinity }, always: false };
    await mine.spend('dead', { ...DAILY, ...NOTHING, asking });
    const refused = await theirs.spend('dead', { ...DAILY, ...NOTHING, asking });
    assert.deepEqual([refused.granted, refused.reserved.usd], [false, 4]);
    const processes = (await send('ZRANGE', 'llmtrace:{dead}:processes', '0', '-1')) as string[];
    for (const process of processes) await send('ZADD', 'llmtrace:{dead}:processes', '1', process);
    const granted = await theirs.spend('dead', { ...DAILY, ...NOTHING, asking });
    assert.deepEqual([granted.granted, granted.reserved.usd], [true, 0]);
  });

  it('sum up the parts of a rolling window, and drop old ones', async () => {
    const limits = redisLimits(connection.client as any);
    const rolling = { ...DAILY, window: { kind: 'rolling', length: DAY } } as const;
    await limits.spend('rolling', { ...rolling, usd: 1, tokens: 10 });
    const second = await limits.spend('rolling', { ...rolling, usd: 2, tokens: 5 });
    assert.deepEqual([second.usd, second.tokens], [3, 15]);
    const now = Date.now();
    const part = DAY / 60;
    const hour = Math.floor((now - 23 * 3_600_000) / part) * part;
    await send('HSET', 'llmtrace:{rolling}', String(hour), '4 0');
    await send('HSET', 'llmtrace:{rolling}', String(hour - 2 * 3_600_000), '100 0');
    await send('HSET', 'llmtrace:{rolling}', 'window', 'x');
    const third = await limits.spend('rolling', { ...rolling, ...NOTHING });
    assert.equal(third.usd, 7);
    assert.ok(third.left > 0 && third.left <= 3_600_000 + 2 * part, `${third.left}`);
    assert.equal(((await send('HGETALL', 'llmtrace:{rolling}')) as object[] | object) !== null, true);
    assert.equal(await send('HEXISTS', 'llmtrace:{rolling}', 'window'), 0);
  });

  it('count by the window of a calendar that Redis’ clock is in, and never end a total', async () => {
    const limits = redisLimits(connection.client as any);
    const now = Date.now();
    const months = [
      { start: now - 3e9, end: now - 1e9 },
      { start: now - 1e9, end: now + 1e9 },
      { start: now + 1e9, end: now + 3e9 },
    ];
    const listed = (periods: typeof months) =>
      ({ ...DAILY, usd: 1, tokens: 1, window: { kind: 'listed', periods } }) as const;
    await limits.spend('month', listed(months));
    const spent = await limits.spend('month', listed(months));
    assert.deepEqual([spent.usd, spent.window], [2, months[1]?.start]);
    assert.ok(Math.abs(spent.left - 1e9) < 60_000);
    const ahead = months.map(({ start, end }) => ({ start: start - 2e9, end: end - 2e9 }));
    assert.equal((await limits.spend('ahead', listed(ahead))).window, ahead[2]?.start);
    const all = [{ start: 0, end: 8.64e15 }];
    await limits.spend('all', listed(all));
    assert.equal((await limits.spend('all', listed(all))).usd, 2);
    assert.equal(await send('PTTL', 'llmtrace:{all}'), -1);
    await send('DEL', 'llmtrace:{all}');
  });

  it('go on when the clock of Redis goes back', async () => {
    const { limits } = limitsWithTimes();
    const buckets = [{ rate: 10, burst: 1, of: 'requests' }] as const;
    const ask = (lease: number) => {
      const calls = [{ amounts: [1], maxWait: 60_000, lease }];
      return limits.take('clock', { ...fresh, buckets, concurrency: 5, levels: [Infinity], calls });
    };
    await ask(1);
    const [turn] = (await ask(2)).waits as [number];
    // What it had written, 120 s before its clock went back by so much.
    const key = 'llmtrace:{clock}';
    for (const field of ['at', 'seen']) {
      const value = Number(await send('HGET', key, field));
      await send('HSET', key, field, String(value + 120_000));
    }
    for (const set of [`${key}:running`, `${key}:processes`])
      for (const member of (await send('ZRANGE', set, '0', '-1')) as string[])
        await send('ZINCRBY', set, '120000', member);
    const [after] = (await ask(3)).waits as [number];
    assert.ok(turn > 80 && turn <= 100.5 && after > turn && after <= 200.5, `${turn}, ${after}`);
    for (const member of (await send('ZRANGE', `${key}:running`, '0', '-1')) as string[])
      assert.ok(Number(await send('ZSCORE', `${key}:running`, member)) < Date.now() + 31_000, 'places, too');
  });

  it('work with any name of a key', async () => {
    const { limits } = limitsWithTimes();
    const buckets = [{ rate: 0.001, burst: 1, of: 'requests' }] as const;
    for (const name of ['limit 0 {a}', 'limit 0 %7Ba%7D', 'x'.repeat(5000), 'limit 0 ä ü']) {
      const ask = { ...fresh, buckets, levels: [Infinity], calls: [askingCall([1], 0)] };
      assert.equal((await limits.take(name, ask)).waits[0], 0, name.slice(0, 20));
      assert.ok(((await limits.take(name, ask)).waits[0] as number) < 0, name.slice(0, 20));
    }
  });

  /** Buckets that no absurd number may open or close for good. */
  const small = [
    { rate: 10, burst: 10, of: 'requests' },
    { rate: 100, burst: 1000, of: 'tokens' },
  ] as const;
  const askSmall = { ...fresh, buckets: small, levels: [Infinity, Infinity], calls: [askingCall([1, 10])] };
  const ABSURD = ['nan', '-nan', 'inf', '-inf', '1e400', '0x1p2000', 'x', '-1e300', '1e300'];

  it('work with any stored value', async () => {
    const { limits } = limitsWithTimes();
    const fields = ['at', 'back', 'of', 'processes', 'seen', 'b1', 'b2'];
    for (const value of ABSURD) {
      const name = `stored ${value}`;
      await limits.take(name, askSmall);
      for (const field of fields) await send('HSET', `llmtrace:{${name}}`, field, value);
      const { waits, levels } = await limits.take(name, askSmall);
      assert.equal(waits[0], 0, `${value}: ${waits}`);
      assert.ok(levels.every((level) => Number.isFinite(level) && level <= 1000));
      assert.ok(Number(await send('PTTL', `llmtrace:{${name}}`)) < 200_000, value);
      for (const field of ['window', 'usd', 'tokens'])
        await send('HSET', `llmtrace:{spent ${value}}`, field, value);
      const spent = await limits.spend(`spent ${value}`, spending(1, 10));
      assert.deepEqual([spent.usd, spent.tokens], [1, 10], value);
      await send('HSET', `llmtrace:{spent ${value}}`, 'usd', value);
      assert.ok(
        [2, 1].includes((await limits.spend(`spent ${value}`, spending(1, 10))).usd) || value === '1e300',
      );
    }
  });

  const spending = (usd: number, tokens: number) => ({ ...DAILY, usd, tokens });

  it('refuse arguments that are not finite, and store nothing of them', async () => {
    const { limits } = limitsWithTimes();
    await limits.spend('refused', spending(1, 10));
    for (const absurd of [Number.NaN, Infinity, -Infinity]) {
      await assert.rejects(limits.spend('refused', spending(absurd, 1)), /expected a finite number/);
      await assert.rejects(limits.spend('refused', spending(1, absurd)), /expected a finite number/);
      await assert.rejects(
        limits.take('refused', { ...askSmall, calls: [askingCall([1, absurd])] }),
        /expected a finite number/,
      );
      const settlement = { buckets: small, concurrency: 0, ended: [], running: [], pause: 0 };
      await assert.rejects(
        limits.settle('refused', { ...settlement, amounts: [0, absurd] }),
        /expected a finite number/,
      );
    }
    const spent = await limits.spend('refused', spending(-5, -5));
    assert.deepEqual([spent.usd, spent.tokens], [1, 10], 'less than nothing is nothing');
  });

  it('leave each bucket with a debt of an hour at most, for any settled numbers', async () => {
    const { limits } = limitsWithTimes();
    const amount = fc.oneof(fc.double({ noNaN: true, min: -1e17, max: 1e17 }), fc.integer());
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(amount, { minLength: 1, maxLength: 5 }), async (amounts) => {
        const name = `debt ${run++}`;
        const settlement = { buckets: small, concurrency: 0, ended: [], running: [], pause: 0 };
        for (const tokens of amounts) await limits.settle(name, { ...settlement, amounts: [0, tokens] });
        const { waits, levels } = await limits.take(name, { ...askSmall, calls: [askingCall([1, 10], 1e9)] });
        assert.ok(
          levels.every((level) => level <= 1000 && level >= -(1000 + 100 * 3601)),
          `${levels}`,
        );
        assert.ok(Math.abs(waits[0] as number) <= 3_700_000, `${waits}`);
      }),
      { seed: 16, numRuns: 100 },
    );
  });

  it('refill a budget once where Redis’ clock goes back over the end of its window', async () => {
    const { limits } = limitsWithTimes();
    const { window } = await limits.spend('back', spending(3, 30));
    // What it had written a moment ago, before its clock went back over midnight.
    await send('HSET', 'llmtrace:{back}', 'window', String(window + DAY));
    const spent = await limits.spend('back', spending(1, 10));
    assert.deepEqual([spent.usd, spent.tokens, spent.window], [4, 40, window + DAY]);
    await send('HSET', 'llmtrace:{back}', 'window', String(window + 365 * DAY));
    assert.deepEqual((await limits.spend('back', spending(1, 10))).usd, 1, 'a clock that was far ahead');
  });

  it('that are no numbers count as an outage', async () => {
    const answers: unknown[] = [
      null,
      'OK',
      [],
      [0],
      [0, 'nan', 'm', 1, 1, 5, 5, 0],
      [0, 0, 'm', 1, 1, 5, 5, 0, 0],
    ];
    for (const answer of answers) {
      const client = { evalSha: async () => answer, eval: async () => answer };
      const limits = redisLimits(client);
      await assert.rejects(limits.take('x', askSmall), TypeError, JSON.stringify(answer));
      if (!Array.isArray(answer) || answer.length < 5)
        await assert.rejects(limits.spend('x', spending(1, 1)), TypeError);
    }
  });

  const send = (...command: string[]): Promise<unknown> => (connection.client as any).sendCommand(command);

  it('are loaded again where Redis has lost its scripts', async () => {
    await send('SCRIPT', 'FLUSH');
    const run = runnerOf(connection.client);
    const answer: Script = scriptOf(`return ARGV[1] .. '${TAKE.length}'`);
    assert.equal(await run?.(answer, ['k'], ['a']), `a${TAKE.length}`);
    assert.equal(await run?.(answer, ['k'], ['b']), `b${TAKE.length}`);
  });
});
