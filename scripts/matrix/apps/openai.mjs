// The calls of the smoke test's application: one plain, one streamed. `run` returns the results that it got.
export async function run({ OpenAI, default: other }) {
  const client = new (OpenAI ?? other)({ baseURL: process.env.OPENAI_BASE_URL });
  const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };
  const { usage } = await client.chat.completions.create(body);
  const stream = { ...body, stream: true, stream_options: { include_usage: true } };
  let chunks = 0;
  for await (const _ of await client.chat.completions.create(stream)) chunks++;
  return usage.total_tokens > 0 && chunks > 1;
}
