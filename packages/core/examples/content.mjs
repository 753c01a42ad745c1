// node --import @llmtrace/auto/hook content.mjs
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

const names = (text) => text.replaceAll('Jane Doe', '[customer]');

new OpenAIInstrumentation({
  content: {
    capture: 'SPAN_ONLY',
    redact: ['keys', 'emails', names],
    completionHook: ({ inputMessages, outputMessages }, span) => {
      const { traceId } = span.spanContext();
      const [part] = inputMessages[0].parts;
      if (part.type === 'text') console.log(traceId.length, part.content, outputMessages[0].finish_reason);
    },
  },
});

const { default: OpenAI } = await import('openai');
await new OpenAI().chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Write to Jane Doe, jane@example.com.' }],
});
