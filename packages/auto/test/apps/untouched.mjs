// biome-ignore-all lint/suspicious/noConsole: an application prints
// Prints what could show that llmtrace is there.
import OpenAI from 'openai';

const client = new OpenAI();
const { create } = OpenAI.Chat.Completions.prototype;
await client.chat.completions.create({
  model: 'gpt-4.1-mini',
  messages: [{ role: 'user', content: 'Hello' }],
});
const events = ['exit', 'beforeExit', 'SIGTERM', 'SIGINT', 'newListener', 'removeListener'];
console.log(create.toString(), Reflect.ownKeys(create));
console.log(
  Object.getOwnPropertySymbols(globalThis).filter((symbol) =>
    /llmtrace|opentelemetry/.test(symbol.description),
  ),
);
console.log(events.map((name) => process.listenerCount(name)));
