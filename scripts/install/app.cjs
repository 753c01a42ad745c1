// The same application as CommonJS.
const { OpenAI } = require('openai');

async function main() {
  const client = new OpenAI();
  const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };
  const answer = await client.chat.completions.create(body);
  const chunks = await client.chat.completions.create({
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  });
  let count = 0;
  for await (const _ of chunks) count++;
  console.log(answer.object, count > 1);
}

main();
