// node --import @llmtrace/auto/hook budget.mjs
import { LlmTraceError } from '@llmtrace/core';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

new OpenAIInstrumentation({
  budget: [
    { usd: 50, window: 'day', mode: 'warn' },
    { tokens: 1000, window: 'day', key: 'model' },
  ],
});

const { default: OpenAI } = await import('openai');
const ask = () =>
  new OpenAI().chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Say hello.' }],
  });

await ask(); // spends more than 1,000 tokens
try {
  await ask();
} catch (error) {
  if (error instanceof LlmTraceError) console.log(error.message);
}
