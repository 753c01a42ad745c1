/**
 * The application whose start is measured. It prints the time and the memory after its imports or, with `call`, after
 * its first call. A `fetch` that answers from memory takes the place of the vendor.
 */
import '@anthropic-ai/sdk';
import OpenAI from 'openai';

if (process.argv[2] === 'call') {
  const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
  const message = { role: 'assistant', content: 'An answer.' };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  const fetch = async () => Response.json({ id: '1', model: 'gpt-4o-mini', choices, usage });
  const client = new OpenAI({ apiKey: 'key', maxRetries: 0, fetch });
  await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Hi.' }],
  });
}
const { user, system } = process.cpuUsage();
const started = performance.now();
globalThis.gc();
process.stdout.write(
  JSON.stringify({ wall: started, cpu: (user + system) / 1000, rss: process.memoryUsage.rss() }),
);
process.exit();
