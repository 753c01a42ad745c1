/** The totals of several processes in one Redis. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NO_USAGE } from '@llmtrace/core/internal';
import { cleanEnvironment } from '@llmtrace/test-fixtures/run-app';
import { type RunScript, runnerOf } from '../src/client.ts';
import { totalsIn } from '../src/totals.ts';
import { PACKAGES, type TestedPackage } from './clients.ts';
import { describeWithRedis, type RedisServer, startRedis } from './server.ts';

const APP = fileURLToPath(new URL('./apps/spender.mjs', import.meta.url));
/** A report of all processes. On a busy machine the first answer of Redis may take longer than is waited for it. */
async function shared(spender: Spender, line: string): Promise<any> {
  for (let i = 0; i < 50; i++) {
    const report = await spender.ask(line);
    if (report.isShared) return report;
  }
  return assert.fail('Redis is out of reach');
}

/** Of a call of gpt-4o-mini with 1000 and 100 tokens. */
const COST = (1000 * 0.15 + 100 * 0.6) / 1e6;
const HOUR = 3_600_000;

interface Spender {
  readonly child: ChildProcess;
  readonly errors: string[];
  ask(line: string): Promise<any>;
}

async function startSpender(env: Record<string, string>): Promise<Spender> {
  const child = spawn(process.execPath, ['--import', '@llmtrace/auto/hook', APP], {
    env: cleanEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const errors: string[] = [];
  child.stderr.on('data', (data) => errors.push(String(data)));
  const next = async (): Promise<string> => (await lines.next()).value ?? assert.fail(errors.join(''));
  assert.equal(await next(), 'ready');
  return {
    child,
    errors,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      return JSON.parse(await next());
    },
  };
}

describeWithRedis('the totals of all processes', () => {
  let redis: RedisServer;
  let spenders: Spender[] = [];
  before(async () => {
    redis = await startRedis();
  });
  beforeEach(() => redis.ask('FLUSHALL'));
  afterEach(() => {
    for (const { child } of spenders) child.kill('SIGKILL');
    spenders = [];
  });
  after(() => redis?.close());

  const start = async (...all: Record<string, string>[]): Promise<Spender[]> => {
    spenders = await Promise.all(all.map((env) => startSpender({ REDIS: redis.url, ...env })));
    return spenders;
  };
  const near = (cost: number, expected: number) =>
    assert.ok(Math.abs(cost - expected) < 1e-9, `${cost}, not ${expected}`);

  for (const client of ['', 'node-redis', 'ioredis'])
    it(`are those of two processes (${client || 'by a URL'})`, async () => {
      const [one, other] = (await start(
        { TENANT: 'acme', CLIENT: client },
        { TENANT: 'initech', CLIENT: client },
      )) as [Spender, Spender];
      await Promise.all([one.ask('call 70'), other.ask('call 30')]);
      await shared(other, 'report 0');
      const { rows, total, since } = await shared(one, 'report 0 tenant,model');
      assert.deepEqual(
        rows.map(({ by, calls, inputTokens }: any) => [by, calls, inputTokens]),
        [
          [{ tenant: 'acme', model: 'gpt-4o-mini' }, 70, 70_000],
          [{ tenant: 'initech', model: 'gpt-4o-mini' }, 30, 30_000],
        ],
      );
      near(rows[0].cost, 70 * COST);
      near(total.cost, 100 * COST);
      assert.ok(Date.now() - Date.parse(since) < 60_000);
      const recent = await shared(other, `report ${Date.now() - HOUR}`);
      assert.deepEqual([recent.total.calls, recent.rows.length], [100, 1]);
      assert.equal(await one.ask('reset'), true);
      assert.equal((await other.ask('report 0')).total.calls, 0);
    });

  it('expire, and refuse a field that is not shared', async () => {
    const [spender] = (await start({ TENANT: 'acme' })) as [Spender];
    await spender.ask('call 1');
    await shared(spender, 'report 0');
    const keys =
      (await redis.ask('KEYS *')).match(/llmtrace:\{usage\}:(?:all|(?:minute|hour):\d+|batch:[\w-]+)/g) ?? [];
    assert.equal(keys.length, 4);
    for (const key of keys) assert.match(await redis.ask(`PTTL ${key}`), /^:[1-9]/);
    assert.match(
      (await spender.ask('report 0 user')).error,
      /^Expected `by` to have only model, tenant, got `user`\.$/,
    );
  });

  it('start at a minute of the last hour, at an hour of the last two days, or at the last reset', async () => {
    const MINUTE = 60_000;
    const start = 10_000 * HOUR;
    let now = start;
    const { client, close } = await (PACKAGES[0] as TestedPackage).connect(redis.url);
    const totals = totalsIn('llmtrace', ['tenant'], runnerOf(client) as RunScript, () => now);
    const callsSince = async (since?: number) => {
      const report = await totals.read(since);
      return report.rows.reduce((sum, { calls }) => sum + calls, 0);
    };
    for (const [batch, minutes] of [0, 50, 90, 91].entries()) {
      now = start + minutes * MINUTE;
      await totals.add(`batch-${batch}`, [{ ...NO_USAGE, by: { tenant: 'acme' }, calls: 10 ** batch }]);
    }
    assert.equal(await callsSince(), 1111);
    assert.equal(await callsSince(now), 1000);
    assert.equal(await callsSince(now - MINUTE), 1100);
    assert.equal(await callsSince(start + 51 * MINUTE), 1100);
    // More than an hour ago: the hour counts from its start.
    assert.equal(await callsSince(start + 20 * MINUTE), 1111);
    await totals.reset();
    assert.equal(await callsSince(start), 0);
    await close();
  });

  it('are those of the process while Redis is away, with one warning, and whole afterwards', async () => {
    const [spender] = (await start({ TENANT: 'acme' })) as [Spender];
    await spender.ask('call 3');
    await shared(spender, 'report 0');
    await redis.kill();
    await spender.ask('call 4');
    const away = await spender.ask('report 0 tenant');
    await spender.ask('report 0 tenant');
    assert.deepEqual([away.isShared, away.total.calls], [false, 7]);
    await redis.restart();
    // Redis has lost the first three.
    assert.equal((await shared(spender, 'report 0')).total.calls, 4);
    assert.equal(spender.errors.join('').match(/shared totals/g)?.length, 1);
  });
});
