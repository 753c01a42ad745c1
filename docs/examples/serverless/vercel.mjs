import { llmtrace } from '@llmtrace/auto';
import { instrumentClient } from '@llmtrace/auto/manual';
import OpenAI from 'openai';

const client = instrumentClient(new OpenAI());

export async function POST(request) {
  const { question } = await request.json();
  try {
    const { choices } = await client.chat.completions.create({
      model: 'gpt-4.1-mini',
      messages: [{ role: 'user', content: question }],
    });
    return Response.json({ answer: choices[0].message.content });
  } finally {
    await llmtrace.flush();
  }
}
