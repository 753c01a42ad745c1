// The calls of every application. An answer is marked, so that the script finds it in whatever a host prints.
import { openai } from './client.mjs';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };

export async function chat() {
  const { choices, usage } = await openai.chat.completions.create(body);
  return `${choices[0].message.content} ${usage.total_tokens}`;
}

/** The parts of a streamed answer, as they arrive. */
export async function* parts() {
  for await (const { choices } of await openai.chat.completions.create({ ...body, stream: true })) {
    yield choices[0]?.delta.content ?? '';
  }
}

export async function streamed() {
  let text = '';
  for await (const part of parts()) text += part;
  return text;
}

export const mark = (answer) => console.log(`@@${answer}@@`);
