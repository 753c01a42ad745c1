// LLMTRACE_REDIS_URL=redis://localhost:6379 LLMTRACE_REDIS_USAGE=tenant,model node --import @llmtrace/auto totals.mjs
import { getSharedUsage, withLlmAttributes } from '@llmtrace/core';
import OpenAI from 'openai';

const openai = new OpenAI();
await withLlmAttributes({ tenant: 'acme' }, () =>
  openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Say hello.' }],
  }),
);

const { rows, total, isShared } = await getSharedUsage({ by: ['tenant'], since: Date.now() - 3_600_000 });
for (const { by, calls, cost } of rows) console.log(by.tenant, `${calls} calls`, cost);
console.log(`${total.calls} calls in all`, isShared ? 'of all processes' : 'of this process');
