/** Makes calls for a tenant, and prints the totals of all processes when it is asked to. */

import module from 'node:module';
import { createInterface } from 'node:readline';
import { getSharedUsage, resetSharedUsage, withLlmAttributes } from '@llmtrace/core';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { redisLimits } from '@llmtrace/redis';

const require = module.createRequire(import.meta.url);
const { REDIS, TENANT, CLIENT } = process.env;
const clientOf = {
  'node-redis': () => require('redis').createClient({ url: REDIS }),
  ioredis: () => new (require('ioredis').Redis)(REDIS),
};
const client = CLIENT ? clientOf[CLIENT]() : REDIS;
if (CLIENT === 'node-redis') await client.connect();
new OpenAIInstrumentation({
  sharedLimits: redisLimits(client, { usage: ['model', 'tenant'] }),
  providerMap: { '127.0.0.1': 'openai' },
});
const { default: OpenAI } = await import('openai');
const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
const answer = { id: 'c', object: 'chat.completion', model: 'gpt-4o-mini', choices: [], usage };
const openai = new OpenAI({
  apiKey: 'x',
  maxRetries: 0,
  baseURL: 'http://127.0.0.1:1/v1',
  fetch: async () => Response.json(answer),
});
const ask = () => openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [] });
const commands = {
  call: (count) =>
    withLlmAttributes({ tenant: TENANT }, async () => {
      for (let i = 0; i < count; i++) await ask();
    }),
  report: (_, by = '') => getSharedUsage({ by: by ? by.split(',') : [], ...(_ > 0 && { since: _ }) }),
  reset: () => resetSharedUsage(),
};
const say = (line) => process.stdout.write(`${line}\n`);
say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [name, number, by] = line.split(' ');
  const result = await commands[name](Number(number), by).catch((error) => ({ error: error.message }));
  say(JSON.stringify(result ?? null));
}
process.exit();
