/** Applications that do not know of it: by the environment, by a file, and by an OpenTelemetry set-up of their own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunResult, runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { runTroop, startWitness } from './processes.ts';
import { describeWithRedis, freePort, type RedisServer, startRedis } from './server.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SOURCE = ['--conditions=llmtrace:source', '--disable-warning=ExperimentalWarning'];
const AUTO = [...SOURCE, '--import', '@llmtrace/auto'];
const LIMIT = {
  LLMTRACE_RATE_LIMIT: '0.001',
  LLMTRACE_RATE_LIMIT_BURST: '2',
  LLMTRACE_RATE_LIMIT_MODE: 'refuse',
  LLMTRACE_REDIS_TIMEOUT: '3000', // a busy machine must not decide the test
};
const TWO = 'chat.completion\nchat.completion\nrate_limited\n';
/** Where Redis was never within reach: no burst. */
const ONE = 'chat.completion\nrate_limited\nrate_limited\n';
const NONE = 'rate_limited\nrate_limited\nrate_limited\n';

describeWithRedis('limits over processes', () => {
  let redis: RedisServer;
  let vendor: VendorServer;
  before(async () => {
    redis = await startRedis();
    vendor = await startVendorServer();
  });
  beforeEach(() => redis.ask('FLUSHALL'));
  after(async () => {
    await vendor?.close();
    await redis?.close();
  });

  async function run(flags: string[], env: Record<string, string>, app = 'asker.mjs'): Promise<RunResult> {
    const result = await runApp(file(`./apps/${app}`), {
      flags,
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1`, ...env },
    });
    assert.equal(result.code, 0, result.stderr);
    return result;
  }

  it('hold by the environment alone', async () => {
    const env = { ...LIMIT, LLMTRACE_REDIS_URL: redis.url };
    const first = await run(AUTO, env);
    assert.deepEqual([first.stdout, first.stderr], [TWO, '']);
    const second = await run(SOURCE, { ...env, NODE_OPTIONS: '--import @llmtrace/auto' });
    assert.deepEqual([second.stdout, second.stderr], [NONE, '']);
    const others = await run(AUTO, { ...env, LLMTRACE_REDIS_PREFIX: 'others' });
    assert.equal(others.stdout, TWO);
  });

  it('hold by the environment beside an OpenTelemetry set-up of the application', async () => {
    const hook = [...SOURCE, '--import', '@llmtrace/auto/hook'];
    assert.equal((await run(hook, { ...LIMIT, LLMTRACE_REDIS_URL: redis.url }, 'sdk.mjs')).stdout, TWO);
    assert.equal((await run(hook, { ...LIMIT, LLMTRACE_REDIS_URL: redis.url }, 'sdk.mjs')).stdout, NONE);
  });

  it('hold in code', async () => {
    const hook = [...SOURCE, '--import', '@llmtrace/auto/hook'];
    assert.equal((await run(hook, { REDIS: redis.url }, 'sdk.mjs')).stdout, TWO);
    assert.equal((await run(hook, { REDIS: redis.url }, 'sdk.mjs')).stdout, NONE);
  });

  it('hold by a file of options, which may bring a client of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-redis-'));
    try {
      const config = join(folder, 'llmtrace.config.cjs');
      const from = JSON.stringify(file('./zero-code.test.ts'));
      writeFileSync(
        config,
        `const require_ = require('node:module').createRequire(${from});
        const { redisLimits } = require_('@llmtrace/redis');
        const { Redis } = require_('ioredis');
        const client = new Redis(process.env.REDIS);
        client.on('connect', () => client.stream.unref());
        module.exports = {
          sharedLimits: redisLimits(client, { timeout: 3000 }),
          rateLimit: { rate: 0.001, burst: 2, mode: 'refuse' },
        };`,
      );
      const env = { LLMTRACE_CONFIG: config, REDIS: redis.url };
      assert.deepEqual([(await run(AUTO, env)).stdout, (await run(AUTO, env)).stdout], [TWO, NONE]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('hold for each process alone while Redis is away, with one warning that hides the password', async () => {
    const url = `redis://me:secret@127.0.0.1:${await freePort()}`;
    const { stdout, stderr } = await run(AUTO, { ...LIMIT, LLMTRACE_REDIS_URL: url });
    assert.equal(stdout, ONE);
    assert.equal(stderr.match(/llmtrace: /g)?.length, 1, stderr);
    assert.match(stderr, /the store of the shared limits is out of reach \(ECONNREFUSED\)/);
    assert.doesNotMatch(stderr, /secret/);
  });

  it('name a wrong variable, and never show the password', async () => {
    for (const url of ['secret@127.0.0.1', 'http://me:secret@127.0.0.1', 'redis://me:sec ret@:x']) {
      const { stdout, stderr } = await run(AUTO, {
        ...LIMIT,
        LLMTRACE_REDIS_URL: url,
        LLMTRACE_REDIS_TIMEOUT: 'soon',
      });
      assert.equal(stdout, TWO);
      assert.match(stderr, /LLMTRACE_REDIS_URL=\(not shown\) is not a URL that begins with redis/);
      assert.doesNotMatch(stderr, /is read by/, 'this is another case');
      assert.doesNotMatch(stderr, /sec ?ret/);
    }
    const wrong = redis.url.replace('redis://', 'redis://me:secret@');
    const { stdout, stderr } = await run(AUTO, { ...LIMIT, LLMTRACE_REDIS_URL: wrong });
    assert.equal(stdout, ONE);
    assert.match(stderr, /out of reach \(WRONGPASS\)/);
    assert.doesNotMatch(stderr, /secret/);
  });

  it('warn that no client is installed', async () => {
    const flags = [...AUTO, '--require', file('./apps/without-clients.cjs')];
    const { stdout, stderr } = await run(flags, { ...LIMIT, LLMTRACE_REDIS_URL: redis.url });
    assert.equal(stdout, ONE);
    assert.match(stderr, /shared limits need the package `redis` or `ioredis`, and neither is installed/);
  });

  it('load nothing where there are no limits', async () => {
    const flags = [...AUTO, '--require', file('./apps/without-clients.cjs')];
    const { stdout, stderr } = await run(flags, { LLMTRACE_REDIS_URL: redis.url, CALLS: '1' });
    assert.deepEqual([stdout, stderr], ['chat.completion\n', '']);
  });

  for (const [state, error, enter, leave] of [
    ['is full', 'OOM', 'CONFIG SET maxmemory 1', 'CONFIG SET maxmemory 0'],
    ['is a replica now', 'READONLY', 'REPLICAOF 127.0.0.1 1', 'REPLICAOF NO ONE'],
  ] as const) {
    it(`fall back when Redis ${state}`, async () => {
      await redis.ask(enter);
      try {
        const { stdout, stderr } = await run(AUTO, { ...LIMIT, LLMTRACE_REDIS_URL: redis.url });
        assert.equal(stdout, ONE);
        assert.match(stderr, new RegExp(`out of reach \\(${error}\\)`));
      } finally {
        await redis.ask(leave);
      }
    });
  }

  it('are budgets, too: processes never spend more than one call each beyond it', async function () {
    this.timeout(120_000);
    const witness = await startWitness();
    try {
      const { ends, codes } = await runTroop({
        count: 8,
        calls: 15,
        env: {
          ONE_BY_ONE: 'true',
          // A call reserves its largest possible usage, 60 of input and these 40. Without a limit the first call of each
          // process reserves 1,000: beside slow answers all 120 tries were refused but 14 (two slow cores).
          MAX_TOKENS: '40',
          LLMTRACE_REDIS_URL: redis.url,
          LLMTRACE_REDIS_TIMEOUT: '20000',
          LLMTRACE_BUDGET_TOKENS: '2000', // a call uses 100
          LLMTRACE_BUDGET_KEY: 'model',
          OPENAI_BASE_URL: witness.url,
        },
      });
      assert.deepEqual(codes, Array(8).fill(0));
      const answered = ends.filter((end) => end === 'answered').length;
      assert.ok(answered >= 20 && answered <= 28, `${answered} calls of 20`);
      assert.equal(witness.requests.length, answered);
      assert.deepEqual(new Set(ends), new Set(['answered', 'budget_exceeded']));
    } finally {
      await witness.close();
    }
  });

  it('are budgets of streams without usage, too, that all are sent at once', async function () {
    this.timeout(120_000);
    const witness = await startWitness();
    try {
      const { ends, codes } = await runTroop({
        count: 8,
        calls: 15,
        env: {
          STREAM: '80',
          LLMTRACE_REDIS_URL: redis.url,
          LLMTRACE_REDIS_TIMEOUT: '20000',
          LLMTRACE_BUDGET_TOKENS: '2000',
          LLMTRACE_BUDGET_KEY: 'model',
          OPENAI_BASE_URL: witness.url,
        },
      });
      assert.deepEqual(codes, Array(8).fill(0));
      const answered = ends.filter((end) => end === 'answered').length;
      // A call reserves 80 tokens of output, and some 13 of input.
      const [fewest, reservation] = [Math.floor(2000 / 95), 80];
      assert.ok(answered >= fewest, `${answered} calls`);
      assert.ok((answered - 8) * reservation <= 2000, `${answered} calls`);
      assert.equal(witness.requests.length, answered);
      assert.deepEqual(new Set(ends), new Set(['answered', 'budget_exceeded']));
    } finally {
      await witness.close();
    }
  });
});
