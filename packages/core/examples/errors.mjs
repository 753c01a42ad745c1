import { classifyError, isRateLimit, isTransient } from '@llmtrace/core';
import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0 });

try {
  await client.chat.completions.create({
    model: process.env.MODEL ?? 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Say hello.' }],
  });
} catch (error) {
  const { type, provider, status, code, retryAfter } = classifyError(error);
  console.log(`${provider} ${status}: ${type} (${code})`);
  if (isRateLimit(error)) console.log(`wait for ${retryAfter ?? 1000} ms`);
  else if (!isTransient(error)) console.log('do not repeat it');
}
