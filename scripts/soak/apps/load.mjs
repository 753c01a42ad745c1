// Makes plain calls with prompts of a size, some at once: node load.mjs <calls> <bytes of a prompt>
import OpenAI from 'openai';

const [calls, size] = process.argv.slice(2).map(Number);
const client = new OpenAI({ maxRetries: 0 });
let left = calls;
let made = 0;
const worker = async () => {
  while (left-- > 0) {
    // A text of its own for each call, as an application has.
    const content = Buffer.alloc(size, `${left} `).toString('latin1');
    await client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] });
    made++;
  }
};
await Promise.all([worker(), worker(), worker(), worker()]);
console.log(JSON.stringify({ made }));
