#!/usr/bin/env node
// What interceptors cost: nanoseconds, beside those of the Go original on a Xeon Gold 6148.
//   node --expose-gc scripts/bench-interceptors.mjs [--source]        (built packages by default, else the sources)
import { performance } from 'node:perf_hooks';

const ROUNDS = 9;
const built = !process.argv.includes('--source');
const folder = new URL(`../packages/core/${built ? 'dist' : 'src'}/`, import.meta.url);
const load = (name) => import(new URL(`${name}.${built ? 'js' : 'ts'}`, folder));

const { backoffDelay } = await load('interceptors/backoff');
const { compose } = await load('interceptors/compose');
const { RATE_LIMIT_DEFAULTS, rateLimit } = await load('interceptors/rate-limit');
const { BUDGET_DEFAULTS, budget } = await load('interceptors/budget');
const { RETRY_DEFAULTS, retry } = await load('interceptors/retry');
const { TokenBucket } = await load('interceptors/token-bucket');
const { isTransient } = await load('errors');

const call = () => ({
  provider: 'openai',
  request: { model: 'gpt-4o' },
  response: { usage: { inputTokens: 10, outputTokens: 5 } },
  server: { address: 'api.openai.com', port: 443 },
  startTime: performance.now(),
});
const known = Array.from({ length: 8 }, call);
const answer = Promise.resolve('answer');
const next = () => answer;
const pass = (_call, go) => go();
const awaiting = async (_call, go) => await go();
const retrying = retry(RETRY_DEFAULTS);
const limiting = rateLimit({ ...RATE_LIMIT_DEFAULTS, rate: 1e9, burst: 1e9 });
const spending = budget({ ...BUDGET_DEFAULTS, usd: 1e9 });
const all = compose([
  pass,
  retrying,
  spending.intercept,
  async (given, go) => {
    const result = await limiting.intercept(given, go);
    limiting.observer.end(given);
    return result;
  },
]);
const bucket = new TokenBucket({ rate: 1e9, burst: 1e9 });
const chain = (one, length) => compose(Array(length).fill(one));
const error = Object.assign(new Error('429'), { status: 429, headers: new Headers({ 'retry-after': '1' }) });

let sink = 0;

/** Nanoseconds of one run, the median of the rounds. */
async function measure(count, run) {
  const times = [];
  for (let round = 0; round <= ROUNDS; round++) {
    global.gc?.();
    const start = performance.now();
    await run(count);
    if (round > 0) times.push(((performance.now() - start) / count) * 1e6); // the first one warms up
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

const rows = [];
async function row(name, go, count, run) {
  rows.push([name, await measure(count, run), go]);
}

await row('backoff: a delay', 40, 2e6, (count) => {
  for (let i = 0; i < count; i++) sink += backoffDelay(RETRY_DEFAULTS, (i & 3) + 1, 0.3);
});
await row('retry: is a failure transient (429 with headers)', undefined, 1e5, (count) => {
  for (let i = 0; i < count; i++) sink += isTransient(error) ? 1 : 0;
});
await row('await of a resolved promise alone', undefined, 1e6, async (count) => {
  for (let i = 0; i < count; i++) await next();
});
await row('retry: around immediate success, awaited', 11, 5e5, async (count) => {
  for (let i = 0; i < count; i++) await retrying(known[i & 7], next);
});
await row('bucket: allow', 102, 2e6, (count) => {
  for (let i = 0; i < count; i++) sink += bucket.allow() ? 1 : 0;
});
await row('bucket: wait, with tokens there', 900, 5e5, async (count) => {
  for (let i = 0; i < count; i++) await bucket.wait();
});
for (const [length, go] of [
  [1, 10],
  [3, 21],
  [5, 26],
]) {
  const passing = chain(pass, length);
  const slow = chain(awaiting, length);
  await row(`chain of ${length}: the calls alone`, go, 1e6, (count) => {
    for (let i = 0; i < count; i++) sink += passing(known[i & 7], next) === answer ? 1 : 0;
  });
  await row(`chain of ${length}: async functions, awaited`, undefined, 3e5, async (count) => {
    for (let i = 0; i < count; i++) await slow(known[i & 7], next);
  });
}
await row('rate limit: an attempt and the end of its call', undefined, 3e5, async (count) => {
  for (let i = 0; i < count; i++) {
    await limiting.intercept(known[i & 7], next);
    limiting.observer.end(known[i & 7]);
  }
});
await row('all together: user ▸ retry ▸ budget ▸ rate limit', undefined, 3e5, async (count) => {
  for (let i = 0; i < count; i++) await all(known[i & 7], next);
});

console.log(`${'node'.padEnd(54)} ${process.version} ${built ? 'built' : 'source'}`);
console.log(`${''.padEnd(54)} ${'ns'.padStart(10)} ${'Go, ns'.padStart(10)}`);
for (const [name, ns, go] of rows)
  console.log(`${name.padEnd(54)} ${ns.toFixed(1).padStart(10)} ${String(go ?? '').padStart(10)}`);
if (sink === 0) console.log('nothing was measured');
