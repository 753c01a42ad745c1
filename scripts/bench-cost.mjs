#!/usr/bin/env node
// What a cost costs: nanoseconds for the price of a call, beside @pydantic/genai-prices in the same run.
//   node --expose-gc scripts/bench-cost.mjs [--source]        (built packages by default, else the sources)
import { performance } from 'node:perf_hooks';

const ROUNDS = 9;
const built = !process.argv.includes('--source');
const folder = new URL(`../packages/core/${built ? 'dist' : 'src'}/cost/`, import.meta.url);
const extension = built ? 'js' : 'ts';

const importing = performance.now();
const { costOf, findPrice, priceOf, setPrice } = await import(new URL(`index.${extension}`, folder));
const imported = performance.now() - importing;

const call = (provider, model, usage, more = {}) => ({
  provider,
  request: { model },
  response: { model, usage, ...more },
  outcome: 'completed',
});
const plain = { inputTokens: 1200, outputTokens: 350 };
const cached = { inputTokens: 1200, outputTokens: 350, cacheReadTokens: 1024, reasoningTokens: 128 };

const firsts = [
  ['openai', 'gpt-4o-mini'],
  ['openai', 'gpt-4o'],
  ['openrouter', 'anthropic/claude-opus-5-5'],
  ['openrouter', 'no/such-model'],
].map(([provider, model]) => {
  const start = performance.now();
  costOf(call(provider, model, plain));
  return [`${provider} ${model}`, (performance.now() - start) * 1000];
});

const { price } = findPrice('openai', 'gpt-4o');
const audio = findPrice('gcp.gemini', 'gemini-2.5-flash').price;
const dated = findPrice('deepseek', 'deepseek-chat').price;
// Eight of each, so that no loop can take its body out of itself.
const eight = (make) => Array.from({ length: 8 }, (_, i) => make({ ...cached, inputTokens: 1200 + i }));
const usages = eight((usage) => usage);
const known = eight((usage) => call('openai', 'gpt-4o', usage));
const claude = { cacheReadTokens: 300, cacheWriteTokens: 100, cacheWrite1hTokens: 50 };
const writes = eight((usage) => call('anthropic', 'claude-sonnet-4-5', { ...usage, ...claude }));
const unknown = eight((usage) => call('openai', 'no-such-model', usage));
const other = eight((usage) => call('openai', 'gpt-4o', usage, { serviceTier: 'priority' }));

console.log(`import ${imported.toFixed(2)} ms (with @opentelemetry/api)`);
for (const [name, us] of firsts)
  console.log(`first lookup: ${name.padEnd(40)} ${us.toFixed(0).padStart(8)} µs`);
// Each has a loop of its own: a function that is called from many loops is not the one an application runs.
table({
  'the price of a known model (priceOf)': (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += priceOf(price, usages[i & 7]);
    return sum;
  },
  'the same, with modalities': (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += priceOf(audio, usages[i & 7]);
    return sum;
  },
  'the same, by the time of the day': (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += priceOf(dated, usages[i & 7]);
    return sum;
  },
  'found by name, then priced (findPrice, priceOf)': (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++)
      sum += priceOf(findPrice('openai', 'gpt-4o', 'gpt-4o').price, usages[i & 7]);
    return sum;
  },
  'the cost of a call, known model (costOf)': (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += costOf(known[i & 7]).total;
    return sum;
  },
  'the same, with cache writes and context tiers': (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += costOf(writes[i & 7]).total;
    return sum;
  },
  'the same, at another service tier': (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += costOf(other[i & 7]).total;
    return sum;
  },
  'the cost of a call, unknown model': (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += costOf(unknown[i & 7]) === undefined ? 1 : 0;
    return sum;
  },
});
table(
  {
    'the cost of a call, its model not remembered': (times) => {
      let sum = 0;
      for (let i = 0; i < times; i++) {
        setPrice('my-model', { inputPer1M: 1 });
        sum += costOf(known[i & 7]).total;
      }
      return sum;
    },
  },
  1e4,
);

const loading = performance.now();
const { calcPrice } = await import('@pydantic/genai-prices');
console.log(`@pydantic/genai-prices: import ${(performance.now() - loading).toFixed(1)} ms`);
const options = { providerId: 'openai' };
const theirs = usages.map((usage) => ({
  input_tokens: usage.inputTokens,
  output_tokens: 350,
  cache_read_tokens: 1024,
  output_reasoning_tokens: 128,
}));
table(
  {
    'calcPrice, known model': (times) => {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += calcPrice(theirs[i & 7], 'gpt-4o', options).total_price;
      return sum;
    },
    'calcPrice, unknown model': (times) => {
      let sum = 0;
      for (let i = 0; i < times; i++)
        sum += calcPrice(theirs[i & 7], 'no-such-model', options) === null ? 1 : 0;
      return sum;
    },
  },
  1e4,
);

function table(rows, times = 1e6) {
  for (const [name, loop] of Object.entries(rows)) {
    const { ns, bytes } = measure(loop, times);
    console.log(
      `${name.padEnd(50)} ${ns.toFixed(1).padStart(9)} ns ${(Number.isFinite(bytes) ? bytes.toFixed(1) : '?').padStart(8)} bytes`,
    );
  }
}

/** The best of some rounds: the machine's other work only ever adds. Bytes need `--expose-gc`. */
function measure(loop, times) {
  let ns = Number.POSITIVE_INFINITY;
  let bytes = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    if (Number.isNaN(loop(times))) throw new Error('a cost is not a number');
    ns = Math.min(ns, ((performance.now() - start) * 1e6) / times);
  }
  for (let round = 0; round < ROUNDS && globalThis.gc; round++) {
    globalThis.gc();
    const heap = process.memoryUsage().heapUsed;
    loop(1e4);
    bytes = Math.min(bytes, Math.max(0, (process.memoryUsage().heapUsed - heap) / 1e4));
  }
  return { ns, bytes };
}
