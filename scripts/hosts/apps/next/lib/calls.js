import { openai } from './openai.js';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };

export async function chat() {
  const { choices, usage } = await openai.chat.completions.create(body);
  return `${choices[0].message.content} ${usage.total_tokens}`;
}

export async function* parts() {
  for await (const { choices } of await openai.chat.completions.create({ ...body, stream: true })) {
    yield choices[0]?.delta.content ?? '';
  }
}
