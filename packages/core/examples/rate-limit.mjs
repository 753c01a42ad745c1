// node --import @llmtrace/auto/hook rate-limit.mjs
import { LlmTraceError } from '@llmtrace/core';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

new OpenAIInstrumentation({
  rateLimit: { requestsPerMinute: 2, tokensPerMinute: 100_000, concurrency: 10, mode: 'refuse' },
});

const { default: OpenAI } = await import('openai');
const client = new OpenAI();
for (const question of ['Who?', 'What?', 'When?']) {
  try {
    await client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: question }],
    });
    console.log(`${question} answered`);
  } catch (error) {
    if (!(error instanceof LlmTraceError)) throw error;
    console.log(`${question} ${error.code}: ${error.key}`);
  }
}
