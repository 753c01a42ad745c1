// node --import @llmtrace/auto/hook shared.mjs
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { redisLimits } from '@llmtrace/redis';
import { createClient } from 'redis';

const client = await createClient({ url: process.env.REDIS_URL }).connect();
new OpenAIInstrumentation({
  rateLimit: { rate: 40, tokensPerMinute: 200_000, concurrency: 100 },
  budget: { usd: 50, window: 'day' },
  sharedLimits: redisLimits(client, { prefix: 'shop' }),
});

const { default: OpenAI } = await import('openai');
const answer = await new OpenAI().chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello.' }],
});
console.log(answer.object, (await client.keys('shop:*')).sort());
await client.close();
