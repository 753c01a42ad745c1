/** Eight processes and one limit: the same runs, short for every change, and at full length. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { durationOf, expectWithin, runTroop, startWitness } from './processes.ts';
import { describeWithRedis, type RedisServer, startRedis } from './server.ts';

const PROCESSES = 8;
const RATE = 40;

export interface Size {
  /** Of each process. */
  readonly calls: number;
  /** How many may go at once. */
  readonly burst: number;
  /** How far from the ideal time the end may be, as a share of it. */
  readonly lateness: number;
}

export function describeLimits({ calls, burst, lateness }: Size): void {
  const total = PROCESSES * calls;
  const ideal = (total - burst) / RATE;

  describeWithRedis(`${PROCESSES} processes with ${calls} calls each, against ${RATE} a second`, function () {
    this.timeout((ideal * 2 + 60) * 1000);
    // Processes of their own, on a machine that others use too: a test that lacks time passes at another try, a fault never does.
    this.retries(2);
    let redis: RedisServer;
    let current: Mocha.Test | undefined;
    let witness: Awaited<ReturnType<typeof startWitness>>;
    beforeEach(async function () {
      current = this.currentTest;
      redis = await startRedis();
      witness = await startWitness();
    });
    afterEach(async () => {
      await witness?.close();
      await redis?.close();
    });

    /** Completes the title of the test that runs. */
    function print(text: string): void {
      if (current) current.title += ` (${text})`;
    }

    /** @param meanwhile happens halfway. */
    async function run(meanwhile?: () => Promise<void>): Promise<string[]> {
      const env = {
        // Where nothing is to go wrong, a machine that has much to do is not to make it so.
        ...(meanwhile ? {} : { LLMTRACE_REDIS_TIMEOUT: '2000' }),
        LLMTRACE_REDIS_URL: redis.url,
        LLMTRACE_RATE_LIMIT: String(RATE),
        LLMTRACE_RATE_LIMIT_BURST: String(burst),
        LLMTRACE_RATE_LIMIT_MAX_WAIT: '300000',
        OPENAI_BASE_URL: witness.url,
      };
      const running = runTroop({ count: PROCESSES, calls, env });
      if (meanwhile) {
        while (witness.requests.length < total / 2) await wait(10);
        await meanwhile();
      }
      const { ends, codes, stderr } = await running;
      assert.deepEqual(codes, Array(PROCESSES).fill(0), stderr.join(''));
      assert.deepEqual(new Set(ends), new Set(['answered']));
      assert.equal(witness.requests.length, total);
      assert.equal(new Set(witness.requests.map(({ user }) => user)).size, total, 'each once');
      const duration = durationOf(witness.requests);
      print(`${duration.toFixed(1)} s, ideally ${ideal.toFixed(1)} s`);
      expectWithin(witness.requests, RATE, burst, witness.lateness());
      assert.ok(
        Math.abs(duration - ideal) <= lateness * ideal,
        `took ${duration.toFixed(2)} s instead of ${ideal.toFixed(2)} s`,
      );
      return stderr;
    }

    it('keeps the limit, and uses it, with one round trip a decision', async () => {
      assert.deepEqual(await run(), Array(PROCESSES).fill(''));
      const asked = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.ask('INFO commandstats'))?.[1]);
      // One for each that waited, and a few at the start: for the burst, for warming up, and for probes.
      assert.ok(asked >= total - burst && asked <= total - burst + 10 * PROCESSES, `${asked} questions`);
    });

    it('does so if Redis is killed and restarts 3 s later', async () => {
      const said = await run(async () => {
        await redis.kill();
        await wait(3000);
        await redis.restart();
      });
      expectSaid(said);
    });

    it('does so if Redis hangs for 3 s', async () => {
      const said = await run(async () => {
        redis.pause();
        await wait(3000);
        redis.resume();
      });
      expectSaid(said);
    });

    /** Once that Redis is away, and once that it is back; processes that had ended say nothing. */
    function expectSaid(said: readonly string[]): void {
      const lines = said.map((text) => text.split('\n').filter((line) => line.includes('llmtrace')));
      const noticed = lines.filter(({ length }) => length > 0);
      assert.ok(noticed.length > 0);
      for (const [away, back, ...more] of noticed) {
        assert.match(
          away ?? '',
          /out of reach \([^)]+\); until it is back, each process keeps to its own share/,
        );
        if (back !== undefined) assert.match(back, /the store of the shared limits is back/);
        assert.deepEqual(more, []);
      }
      assert.ok(noticed.some(({ length }) => length === 2));
    }
  });
}
