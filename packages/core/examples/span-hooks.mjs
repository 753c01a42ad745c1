// node --import @llmtrace/auto/hook span-hooks.mjs
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

new OpenAIInstrumentation({
  startSpanHook: ({ request }) => ({ 'app.priority': request.model === 'gpt-4o' ? 'high' : 'low' }),
  requestHook: (span, { request }) => span.setAttribute('app.messages', request.messageCount),
  responseHook(span, { outcome, response }) {
    span.setAttribute('app.is_long', response.usage.outputTokens > 1000);
    console.log(`${outcome}: ${response.usage.outputTokens} tokens of output`);
  },
});

const { default: OpenAI } = await import('openai');
await new OpenAI().chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello.' }],
});
