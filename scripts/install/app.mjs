// An application as it is found in the wild. It makes two calls, one of them streamed.
import OpenAI from 'openai';

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
