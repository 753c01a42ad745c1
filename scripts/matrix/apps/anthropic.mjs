// The calls of the smoke test's application: one plain, one streamed. `run` returns the results that it got.
export async function run({ Anthropic, default: other }) {
  const client = new (Anthropic ?? other)({ baseURL: process.env.ANTHROPIC_BASE_URL });
  const body = { model: 'claude-sonnet-4-6', max_tokens: 99, messages: [{ role: 'user', content: 'hello' }] };
  const { usage } = await client.messages.create(body);
  let events = 0;
  for await (const _ of await client.messages.create({ ...body, stream: true })) events++;
  return usage.output_tokens > 0 && events > 1;
}
