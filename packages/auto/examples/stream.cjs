// An answer, printed as it comes: node --import @llmtrace/auto stream.cjs
const { OpenAI } = require('openai');

async function main() {
  const client = new OpenAI();
  const stream = await client.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Which is the tallest tree?' }],
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
  process.stdout.write('\n');
}

main();
