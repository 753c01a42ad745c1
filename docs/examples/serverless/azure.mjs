import { app } from '@azure/functions';
import { llmtrace } from '@llmtrace/auto';
import { instrumentClient } from '@llmtrace/auto/manual';
import OpenAI from 'openai';

const client = instrumentClient(new OpenAI());

app.http('ask', {
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) => {
    const { question } = await request.json();
    try {
      const { choices } = await client.chat.completions.create({
        model: 'gpt-4.1-mini',
        messages: [{ role: 'user', content: question }],
      });
      return { jsonBody: { answer: choices[0].message.content } };
    } finally {
      await llmtrace.flush();
    }
  },
});
