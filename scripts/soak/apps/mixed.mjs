// Mixed traffic for so many ms: node --expose-gc mixed.mjs <ms>
import { llmtrace } from '@llmtrace/auto';
import OpenAI from 'openai';

const duration = Number(process.argv[2]);
const client = new OpenAI({ maxRetries: 0 });
const messages = [{ role: 'user', content: 'Hello?' }];
const create = (params, options) => client.chat.completions.create({ messages, ...params }, options);
const MIXED = [
  () => create({ model: 'gpt-4o-mini' }),
  () => create({ model: 'gpt-4o-mini' }),
  () => create({ model: 'error' }),
  async () => {
    for await (const _ of await create({ model: 'gpt-4o-mini', stream: true }));
  },
  async () => {
    const controller = new AbortController();
    const stream = await create({ model: 'hang', stream: true }, { signal: controller.signal });
    for await (const _ of stream) controller.abort();
  },
  async () => {
    for await (const _ of await create({ model: 'hang', stream: true })) break;
  },
];

let made = 0;
const samples = [];
const until = Date.now() + duration;
const sample = () => {
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  samples.push({ rss, heapUsed });
};
const sampling = setInterval(sample, duration / 20);
const worker = async () => {
  while (Date.now() < until) {
    await MIXED[made++ % MIXED.length]().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
await Promise.all([worker(), worker(), worker(), worker()]);
clearInterval(sampling);
// What fails at last is counted by then, and the count is exported.
for (let i = 0; i < 2; i++) await llmtrace.flush({ timeoutMillis: 20_000 });
sample();
console.log(JSON.stringify({ made, samples }));
