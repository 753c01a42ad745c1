// Makes calls of a kind, and prints how the heap grows: node --expose-gc leaks.mjs <kind> <calls>
import OpenAI from 'openai';

const [kind, count] = [process.argv[2], Number(process.argv[3])];
const AT_ONCE = 8;
const messages = [{ role: 'user', content: 'Hello?' }];

/** Where the answer is made in this process, the calls are limited by nothing else. */
const local = async (_url, { body }) => {
  const { model } = JSON.parse(body);
  const usage = { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 };
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }];
  return Response.json({ id: 'c', object: 'chat.completion', created: 1, model, choices, usage });
};

const client = new OpenAI({
  maxRetries: 0,
  ...(kind === 'models' || kind === 'keys' ? { fetch: local } : {}),
});
const create = (params, options) => client.chat.completions.create({ messages, ...params }, options);

const KINDS = {
  plain: () => create({ model: 'gpt-4o-mini' }),
  streamed: async () => {
    for await (const _ of await create({ model: 'gpt-4o-mini', stream: true }));
  },
  aborted: async () => {
    const controller = new AbortController();
    const call = create({ model: 'hang', stream: true }, { signal: controller.signal });
    for await (const _ of await call) controller.abort();
  },
  broken: async () => {
    for await (const _ of await create({ model: 'hang', stream: true })) break;
  },
  failing: () => create({ model: 'error' }).catch(() => {}),
  models: (index) => create({ model: `model-${index}` }),
  keys: (index) => create({ model: `model-${index}` }),
};

async function inUse() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().heapUsed;
}

let next = 0;
async function calls(until) {
  const worker = async () => {
    while (next < until) await KINDS[kind](next++).catch(({ name }) => name);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return inUse();
}

const early = await calls(Math.floor(count / 5));
const half = await calls(Math.floor(count * 0.6));
const late = await calls(count);
console.log(JSON.stringify({ count, early, half, late, calls: next }));
