/** The clients of applications, one server and a cluster, and connections of our own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { loadOptional } from '@llmtrace/core/internal';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { scriptOf } from '../src/client.ts';
import { redisLimits } from '../src/index.ts';
import { overIoRedis, overNodeRedis } from '../src/url-connection.ts';
import { PACKAGES } from './clients.ts';
import { describeWithRedis, freePort, type RedisServer, startRedis } from './server.ts';

const ASK = {
  buckets: [{ rate: 0.001, burst: 2, of: 'requests' }],
  concurrency: 5,
  levels: [Infinity],
  memory: '',
  returning: false,
  announcing: true,
  processes: 1,
  calls: [1, 2, 3].map((lease) => ({ amounts: [1], maxWait: 0, lease })),
} as const;

/** Every kind of question, of limits that lie on all nodes of a cluster. */
async function askAll(client: any, names: number): Promise<void> {
  const limits = redisLimits(client, { prefix: `test-${Math.random()}` });
  await limits.ping();
  for (let number = 0; number < names; number++) {
    const name = `limit ${number}`;
    const { waits, processes } = await limits.take(name, ASK);
    assert.deepEqual(waits.slice(0, 2), [0, 0]);
    assert.ok((waits[2] as number) < 0);
    assert.equal(processes, 1);
    const { buckets, concurrency } = ASK;
    await limits.settle(name, { buckets, concurrency, amounts: [1], ended: [1], running: [2], pause: 0 });
    assert.equal((await limits.take(name, ASK)).waits[0], 0);
    const spent = await limits.spend(name, {
      usd: 0.5,
      tokens: 7,
      window: { kind: 'fixed', length: 60_000, offset: 0 },
      known: undefined,
      pending: { usd: 0, tokens: 0 },
      asking: undefined,
    });
    assert.deepEqual([spent.usd, spent.tokens, spent.processes], [0.5, 7, 1]);
  }
}

describeWithRedis('the clients of Redis', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis?.close());

  for (const { name, connect } of PACKAGES) {
    it(`of ${name} are used, and not changed`, async () => {
      const { client, close } = await connect(redis.url);
      await askAll(client, 3);
      await close();
      await assert.rejects(redisLimits(client).ping(), { code: 'not connected' });
    });
  }

  it('are used without spans in the trace of the application', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const suppressed: boolean[] = [];
    const evalSha = async () => suppressed.push(isTracingSuppressed(context.active()));
    try {
      await redisLimits({ evalSha, eval: evalSha }).ping();
    } finally {
      context.disable();
    }
    assert.deepEqual(suppressed, [true]);
  });

  it('are nothing else', () => {
    for (const wrong of [undefined, null, {}, 5, { eval() {} }])
      assert.throws(() => redisLimits(wrong as any), TypeError);
    assert.throws(() => redisLimits(redis.url, { timeout: -1 }), /redisLimits\.timeout/);
    assert.throws(() => redisLimits(redis.url, { fallback: 'never' as any }), /redisLimits\.fallback/);
  });

  const OWN = [
    ['redis', overNodeRedis],
    ['redis-5', overNodeRedis],
    ['ioredis', overIoRedis],
    ['ioredis-5', overIoRedis],
  ] as const;
  const answer = scriptOf('return ARGV[1]');
  for (const [name, over] of OWN) {
    it(`of llmtrace, by ${name}, reconnect at the next use, at a bounded rate`, async () => {
      const server = await startRedis();
      try {
        const { run } = over(loadOptional<any>(name), server.url);
        const asked = await Promise.all(['a', 'b', 'c'].map((text) => run(answer, ['k'], [text])));
        assert.deepEqual(asked, ['a', 'b', 'c']);
        assert.match(
          await server.ask('INFO clients'),
          /connected_clients:2\r/,
          'one, and the one that looks',
        );
        await server.kill();
        await assert.rejects(run(answer, ['k'], ['d']));
        await assert.rejects(run(answer, ['k'], ['e']));
        await server.restart();
        await wait(300);
        assert.match(await server.ask('INFO stats'), /total_connections_received:2\r/, 'those of this test');
        assert.equal(await run(answer, ['k'], ['f']), 'f');
      } finally {
        await server.close();
      }
    });
  }
});

/** Three nodes without replicas, joined to a cluster. */
async function startCluster(): Promise<RedisServer[]> {
  const nodes: RedisServer[] = [];
  for (let node = 0; node < 3; node++) {
    const bus = String(await freePort());
    nodes.push(await startRedis(['--cluster-enabled', 'yes', '--cluster-port', bus]));
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { stdio: 'pipe' });
  for (const { ask } of nodes) {
    const end = Date.now() + 20_000;
    while (!(await ask('CLUSTER INFO')).includes('cluster_state:ok')) {
      assert.ok(Date.now() < end, 'Expected the cluster to be ready within 20 s.');
      await wait(50);
    }
  }
  return nodes;
}

describeWithRedis('a cluster of Redis', function () {
  this.timeout(60_000);
  let nodes: RedisServer[] = [];
  before(async () => {
    nodes = await startCluster();
  });
  after(() => Promise.all(nodes.map((node) => node.close())));

  for (const { name, connectCluster } of PACKAGES) {
    it(`keeps each limit on one of its nodes, by ${name}`, async () => {
      const { client, close } = await connectCluster(nodes.map(({ url }) => url));
      await askAll(client, 20);
      await close();
      for (const { ask } of nodes) assert.ok(Number(/:(\d+)/.exec(await ask('DBSIZE'))?.[1]) > 10);
    });
  }
});
