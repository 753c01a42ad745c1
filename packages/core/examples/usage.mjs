// node --import @llmtrace/auto/hook usage.mjs
import { getUsage, onUsage, withLlmAttributes } from '@llmtrace/core';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

new OpenAIInstrumentation();

const { default: OpenAI } = await import('openai');
const openai = new OpenAI();
const ask = (tenant) =>
  withLlmAttributes({ tenant }, () =>
    openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello?' }] }),
  );

const stop = onUsage(({ by, outputTokens }) => console.log(`${by.tenant}: ${outputTokens} tokens of output`));
for (const tenant of ['acme', 'acme', 'initech']) await ask(tenant);
stop();

const { rows, total } = getUsage({ by: ['tenant', 'model'], since: Date.now() - 3_600_000 });
for (const { by, calls } of rows) console.log(by, `${calls} calls`);
console.log(`${total.calls} calls in all`);
