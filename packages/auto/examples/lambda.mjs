// A function on AWS Lambda: node --import @llmtrace/auto, by NODE_OPTIONS of the function's configuration.
import { llmtrace } from '@llmtrace/auto';
import OpenAI from 'openai';

const client = new OpenAI();

export async function handler({ question }) {
  try {
    const completion = await client.chat.completions.create({
      model: 'gpt-4.1-mini',
      messages: [{ role: 'user', content: question }],
    });
    return { answer: completion.choices[0].message.content };
  } finally {
    // Lambda freezes the process once the answer is out: what was recorded leaves before.
    await llmtrace.flush({ timeoutMillis: 1000 });
  }
}
