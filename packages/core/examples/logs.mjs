// node --import @llmtrace/auto/hook logs.mjs
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import pino from 'pino';

const logger = pino({ name: 'chat' });
new OpenAIInstrumentation({ log: { logger, errorLevel: 'warn', logRequest: false } });

const { default: OpenAI } = await import('openai');
await new OpenAI().chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello.' }],
});
