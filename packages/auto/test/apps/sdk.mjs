// biome-ignore-all lint/suspicious/noConsole: an application prints
// Makes one call with a copy of the SDK: node sdk.mjs openai-6 esm
import { loadSdk } from '@llmtrace/test-fixtures/sdks';

const [, , set, format] = process.argv;
const { exports } = await loadSdk({ set, package: 'openai', format });
const OpenAI = exports.OpenAI ?? exports.default;
const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.OPENAI_BASE_URL });
await client.chat.completions.create({
  model: 'gpt-4.1-mini',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log('answered');
