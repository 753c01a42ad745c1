import { setPrice } from '@llmtrace/core';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

setPrice('my-model', { inputPer1M: 2.5, outputPer1M: 10, cacheReadPer1M: 0.25 });
setPrice('my-model', { inputPer1K: 0.001, outputPer1K: 0.004 }, { provider: 'groq', serviceTier: 'flex' });

new OpenAIInstrumentation({
  observers: [{ end: ({ request, cost }) => console.log(request.model, cost) }],
});

const { default: OpenAI } = await import('openai');
await new OpenAI().chat.completions.create({
  model: 'my-model',
  messages: [{ role: 'user', content: 'What does it cost?' }],
});
