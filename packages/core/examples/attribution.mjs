// node --import @llmtrace/auto/hook attribution.mjs
import { withLlmAttributes } from '@llmtrace/core';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

new OpenAIInstrumentation({
  budget: { usd: 10, window: 'day', key: 'tenant' },
  observers: [
    {
      end({ attributes: { tenant, feature, user } }) {
        console.log(`${tenant}, ${feature}: ${user}`);
      },
    },
  ],
});

const { default: OpenAI } = await import('openai');
const openai = new OpenAI();

/** A call in code that does not know the tenant. */
const summarize = (text) =>
  withLlmAttributes({ feature: 'summary' }, () =>
    openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: text }] }),
  );

await withLlmAttributes({ tenant: 'acme', user: 'ann' }, () => summarize('A long text.'));
