const { OpenAI } = require('openai');

/** The application: a client and a function that uses it. */
const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY ?? 'sk-none', maxRetries: 0 });

async function nameTree() {
  const completion = await client.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Name a tree' }],
  });
  return completion.choices[0].message.content;
}

module.exports = { client, nameTree };
