// biome-ignore-all lint/suspicious/noConsole: an application prints
// Makes one call with each copy of the SDK, for a user of its name: node sdk.mjs 'openai-6 esm' 'openai-7 cjs'
import { loadSdk } from '@llmtrace/test-fixtures/sdks';

for (const copy of process.argv.slice(2)) {
  const [set, format] = copy.split(' ');
  const { exports } = await loadSdk({ set, package: 'openai', format });
  const OpenAI = exports.OpenAI ?? exports.default;
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.OPENAI_BASE_URL });
  await client.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Hello' }],
    user: copy,
  });
  console.log(copy);
}
