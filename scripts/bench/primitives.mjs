/**
 * Measures single steps in ns, next to the same steps of the Go version (on a Xeon Gold 6148) and of genai-prices.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { context, propagation } from '@opentelemetry/api';
import { calcPrice } from '@pydantic/genai-prices';
import { build } from 'esbuild';
import { nanoseconds } from './measure.mjs';
import { useContext } from './otel.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** In one file: Node.js 20 loads no TypeScript. Within the repository, where its imports are found. */
const file = join(root, '.cache', 'bench', `primitives-${process.pid}.mjs`);
const NAMES = {
  'attribution/attributes': ['withLlmAttributes'],
  'attribution/options': ['ATTRIBUTION_DEFAULTS'],
  'attribution/resolve': ['attributionOf'],
  'observers/attributes': ['attributionAttributes'],
  'observers/usage/store': ['UsageStore'],
  'cost/cost': ['costOf', 'findPrice', 'priceOf'],
  'errors/index': ['classifyError', 'isTransient'],
  'interceptors/backoff': ['backoffDelay'],
  'interceptors/budget': ['BUDGET_DEFAULTS', 'budget'],
  'interceptors/compose': ['compose'],
  'interceptors/rate-limit': ['RATE_LIMIT_DEFAULTS', 'rateLimit'],
  'interceptors/retry': ['RETRY_DEFAULTS', 'retry'],
  'interceptors/token-bucket': ['TokenBucket'],
};
const contents = Object.entries(NAMES).map(([name, names]) => `export { ${names} } from './${name}.ts';`);
await build({
  stdin: { contents: contents.join('\n'), resolveDir: join(root, 'packages', 'core', 'src') },
  ...{ outfile: file, bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external' },
});
const {
  attributionAttributes,
  attributionOf,
  ATTRIBUTION_DEFAULTS,
  backoffDelay,
  budget,
  BUDGET_DEFAULTS,
  classifyError,
  compose,
  costOf,
  findPrice,
  isTransient,
  priceOf,
  rateLimit,
  RATE_LIMIT_DEFAULTS,
  retry,
  RETRY_DEFAULTS,
  TokenBucket,
  UsageStore,
  withLlmAttributes,
} = await import(pathToFileURL(file)).finally(() => rmSync(file));

// Eight inputs of each step: with one input, V8 would move the step out of the loop.
const eight = (make) => Array.from({ length: 8 }, (_, index) => make(index));
const usage = { outputTokens: 350, cacheReadTokens: 1024, reasoningTokens: 128 };
const callOf = (provider, model, more) => (index) => ({
  provider,
  request: { model },
  response: { model, usage: { inputTokens: 1200 + index, ...usage, ...more } },
  server: { address: 'api.openai.com', port: 443 },
  startTime: performance.now(),
  outcome: 'completed',
});
const known = eight(callOf('openai', 'gpt-4o'));
const writes = eight(
  callOf('anthropic', 'claude-sonnet-4-5', {
    cacheReadTokens: 300,
    cacheWriteTokens: 100,
    cacheWrite1hTokens: 50,
  }),
);
const unknown = eight(callOf('openai', 'no-such-model'));
const { price } = findPrice('openai', 'gpt-4o');
const theirs = known.map(({ response }) => ({
  input_tokens: response.usage.inputTokens,
  output_tokens: 350,
  cache_read_tokens: 1024,
  output_reasoning_tokens: 128,
}));
const errors = eight((index) =>
  Object.assign(new Error('429'), { status: 422 + index, headers: new Headers({ 'retry-after': '1' }) }),
);

const answer = Promise.resolve('answer');
const next = () => answer;
const empty = (value) => value;
const pass = (_call, go) => go();
const retrying = retry(RETRY_DEFAULTS);
const limiting = rateLimit({ ...RATE_LIMIT_DEFAULTS, rate: 1e9, burst: 1e9 });
const pricing = { priceOf: () => 0.001, isPrepaid: () => false };
const spending = budget({ ...BUDGET_DEFAULTS, usd: 1e9 }, { pricing });
const bucket = new TokenBucket({ rate: 1e9, burst: 1e9 });
const [one, three, five] = [1, 3, 5].map((length) => compose(Array(length).fill(pass)));
const all = compose([
  pass,
  retrying,
  spending.intercept,
  async (call, go) => {
    const result = await limiting.intercept(call, go);
    limiting.observer.end(call);
    return result;
  },
]);

useContext();
const set = { tenant: 'acme', user: 'ann', feature: 'search' };
const inRequest = eight((index) => ({ session: `s${index}` }));
const entries = { 'user.id': { value: 'bob' }, 'session.id': { value: 's' }, 'tenant.id': { value: 'acme' } };
const carried = propagation.setBaggage(context.active(), propagation.createBaggage(entries));
const plain = attributionOf({ ...ATTRIBUTION_DEFAULTS, salt: undefined });
const hashing = attributionOf({ ...ATTRIBUTION_DEFAULTS, hash: ['user'], salt: 'secret' });
const attributed = eight((index) => ({
  ...known[index],
  operation: 'chat',
  attributes: { ...set, user: `u${index}` },
}));
const store = new UsageStore();
const within = (run) => context.with(carried, () => withLlmAttributes(set, run));

/**
 * Each step has a separate loop: V8 optimizes a function that many loops call differently from one in an application.
 */
const ROWS = [
  [
    'an empty function',
    undefined,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += empty(i);
      return sum;
    },
  ],
  [
    'await of a resolved promise',
    undefined,
    3e5,
    async (n) => {
      for (let i = 0; i < n; i++) await next();
      return 0;
    },
  ],
  [
    'attributes of a call without any',
    undefined,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += plain.of(context.active()).user === undefined ? 1 : 0;
      return sum;
    },
  ],
  [
    'attributes from the enclosing function, the request and the baggage',
    undefined,
    1e6,
    (n) =>
      within(() => {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += plain.of(context.active(), inRequest[i & 7]).session.length;
        return sum;
      }),
  ],
  [
    'the same, with the user hashed',
    undefined,
    3e5,
    (n) =>
      within(() => {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += hashing.of(context.active(), inRequest[i & 7]).user.length;
        return sum;
      }),
  ],
  [
    'attributes for a span',
    undefined,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++)
        sum += attributionAttributes(attributed[i & 7].attributes)['user.id'].length;
      return sum;
    },
  ],
  [
    'adding a call to the totals, each of another user',
    undefined,
    3e5,
    (n) => {
      for (let i = 0; i < n; i++) store.add(attributed[i & 7]);
      return store.report([]).rows[0].calls;
    },
  ],
  [
    'adding a call to the totals, each of the same user',
    undefined,
    1e6,
    (n) => {
      for (let i = 0; i < n; i++) store.add(attributed[0]);
      return store.report([]).rows[0].calls;
    },
  ],
  [
    'cost of a call, known model',
    40,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += costOf(known[i & 7]).total;
      return sum;
    },
  ],
  [
    'price of a usage alone',
    undefined,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += priceOf(price, known[i & 7].response.usage);
      return sum;
    },
  ],
  [
    'cost with cache writes and context tiers',
    undefined,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += costOf(writes[i & 7]).total;
      return sum;
    },
  ],
  [
    'cost of a call, unknown model',
    undefined,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += costOf(unknown[i & 7]) === undefined ? 1 : 0;
      return sum;
    },
  ],
  [
    'genai-prices: the same, known model',
    undefined,
    1e4,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++)
        sum += calcPrice(theirs[i & 7], 'gpt-4o', { providerId: 'openai' }).total_price;
      return sum;
    },
  ],
  [
    'backoff: a delay',
    40,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += backoffDelay(RETRY_DEFAULTS, (i & 3) + 1, 0.3);
      return sum;
    },
  ],
  [
    'retry around immediate success, awaited',
    11,
    3e5,
    async (n) => {
      for (let i = 0; i < n; i++) await retrying(known[i & 7], next);
      return 0;
    },
  ],
  [
    'bucket: allow',
    102,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += bucket.allow() ? 1 : 0;
      return sum;
    },
  ],
  [
    'bucket: wait, with tokens there',
    900,
    3e5,
    async (n) => {
      for (let i = 0; i < n; i++) await bucket.wait();
      return 0;
    },
  ],
  [
    'chain of 1',
    10,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += one(known[i & 7], next) === answer ? 1 : 0;
      return sum;
    },
  ],
  [
    'chain of 3',
    21,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += three(known[i & 7], next) === answer ? 1 : 0;
      return sum;
    },
  ],
  [
    'chain of 5',
    26,
    1e6,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += five(known[i & 7], next) === answer ? 1 : 0;
      return sum;
    },
  ],
  [
    'classify an error by its status',
    3,
    2e4,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += classifyError(errors[i & 7]).type.length;
      return sum;
    },
  ],
  [
    'is a failure transient',
    undefined,
    2e4,
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += isTransient(errors[i & 7]) ? 1 : 0;
      return sum;
    },
  ],
  [
    'user ▸ retry ▸ budget ▸ rate limit, awaited',
    undefined,
    1e5,
    async (n) => {
      for (let i = 0; i < n; i++) await all(known[i & 7], next);
      return 0;
    },
  ],
];

export async function primitives({ quick }) {
  const rows = [];
  for (const [name, go, times, loop] of ROWS) {
    const ns = await nanoseconds(loop, quick ? times / 100 : times, quick ? 1 : 7);
    rows.push({ name, ns, go });
  }
  return rows;
}
