import { openai } from '../../../lib/openai.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  const { choices } = await openai.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Which is the tallest tree?' }],
  });
  return new Response(choices[0].message.content);
}
