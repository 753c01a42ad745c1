// biome-ignore-all lint/suspicious/noConsole: an application prints
// Another library puts the SDK's method back as it was before llmtrace.
import OpenAI from 'openai';

const { prototype } = OpenAI.Chat.Completions;
const claimed =
  prototype[Object.getOwnPropertySymbols(prototype).find((key) => String(key).includes('llmtrace'))];
prototype.create = claimed.get('create').original;
await new OpenAI().chat.completions.create({ model: 'gpt-4.1-mini', messages: [] });
console.log('answered');
