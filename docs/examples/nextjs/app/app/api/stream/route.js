import { openai } from '../../../lib/openai.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  const stream = await openai.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Which is the tallest tree?' }],
    stream: true,
    stream_options: { include_usage: true },
  });
  return new Response(stream.toReadableStream());
}
