// node --import @llmtrace/auto/hook retry.mjs
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

const watch = { end: (call) => console.log(`${call.attempts} requests, ${call.outcome}`) };
new OpenAIInstrumentation({ retry: { maxRetries: 4, deadline: 60_000 }, observers: [watch] });

const { default: OpenAI } = await import('openai');
const answer = await new OpenAI().chat.completions.create({
  model: process.env.MODEL ?? 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello.' }],
});
console.log(answer.object);
