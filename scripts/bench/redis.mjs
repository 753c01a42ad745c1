#!/usr/bin/env node
// Measures a shared limit on loopback, next to a bare INCR by the same client in the same run: `npm run bench:redis`. It
// needs `redis-server`.
import { performance } from 'node:perf_hooks';
import { redisLimits } from '@llmtrace/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { installed, startRedis } from '../../packages/redis/test/server.ts';

const ONE_BY_ONE = 20_000;
const AT_ONCE = 50_000;
const IN_FLIGHT = 64;

if (!installed) {
  console.log('skipped: needs redis-server, which is not installed');
  process.exit();
}

const { rateLimit, RATE_LIMIT_DEFAULTS } = await import(
  new URL('../../packages/core/src/interceptors/rate-limit.ts', import.meta.url)
);
const buckets = [
  { rate: 1e6, burst: 1e6, of: 'requests' },
  { rate: 1e9, burst: 1e9, of: 'tokens' },
];
const ask = {
  buckets,
  concurrency: 0,
  levels: [Infinity, Infinity],
  memory: '',
  returning: false,
  announcing: false,
  processes: 1,
  calls: [{ amounts: [1, 500], maxWait: 0, lease: 1 }],
};

const at = (sorted, share) => sorted[Math.floor(sorted.length * share)];

/** The latencies of sequential runs in µs, and the number of concurrent runs a second. */
async function measure(run) {
  for (let i = 0; i < 2000; i++) await run(); // warms up
  const times = [];
  for (let i = 0; i < ONE_BY_ONE; i++) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) * 1000);
  }
  times.sort((a, b) => a - b);
  let left = AT_ONCE;
  const start = performance.now();
  const work = async () => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  const perSecond = AT_ONCE / ((performance.now() - start) / 1000);
  return { p50: at(times, 0.5), p99: at(times, 0.99), perSecond };
}

/** One attempt of a call and its end, as the limiter sends them to the store. */
function attemptOf(store) {
  const layer = rateLimit(
    { ...RATE_LIMIT_DEFAULTS, rate: 1e6, burst: 1e6 },
    { shared: { store, name: 'limit 0' } },
  );
  const next = async () => 'answer';
  return async () => {
    const call = { provider: 'openai', request: { model: 'gpt-4o' }, response: {} };
    await layer.intercept(call, next);
    call.endTime = 1;
    layer.observer.end(call);
  };
}

const server = await startRedis();
const clients = {
  redis: await createClient({ url: server.url }).connect(),
  ioredis: new Redis(server.url),
};
console.log(`node ${process.version}, ${installed}, ${IN_FLIGHT} in flight`);
console.log(`${''.padEnd(44)} ${'p50, µs'.padStart(9)} ${'p99, µs'.padStart(9)} ${'a second'.padStart(10)}`);
for (const [name, client] of Object.entries(clients)) {
  const limits = redisLimits(client, { timeout: 1000 });
  const rows = {
    'a bare INCR': () => client.incr('bench'),
    'a decision (requests and tokens)': () => limits.take('limit 1', ask),
    'an attempt of a call, rate limited': attemptOf(limits),
  };
  for (const [what, run] of Object.entries(rows)) {
    const { p50, p99, perSecond } = await measure(run);
    const numbers = [p50, p99, perSecond].map((number) => Math.round(number).toLocaleString('en'));
    console.log(
      `${`${name}: ${what}`.padEnd(44)} ${numbers.map((text, i) => text.padStart(i < 2 ? 9 : 10)).join(' ')}`,
    );
  }
}
await clients.redis.close();
clients.ioredis.disconnect();
await server.close();
