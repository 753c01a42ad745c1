// node --import @llmtrace/auto/hook options.mjs
import { withLlmOptions } from '@llmtrace/core';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

new OpenAIInstrumentation({ budget: { usd: 50, window: 'day' } });

const { default: OpenAI } = await import('openai');
const openai = new OpenAI();
const ask = (content) =>
  openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] });

/**
 * The report has a budget of 1,000 tokens a day, retries longer while the vendor is overloaded, and its spans have its name.
 * @type {import('@llmtrace/core').LlmOptions}
 */
const report = {
  name: 'nightly report',
  retry: { maxRetries: 8, deadline: 600_000 },
  budget: { tokens: 1000, window: 'day' },
};

for (let time = 0; time < 100; time++) {
  try {
    await withLlmOptions(report, () => ask('What happened today?'));
  } catch (error) {
    console.log(error.message);
    break;
  }
}
