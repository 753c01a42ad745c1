// biome-ignore-all lint/suspicious/noConsole: an application prints
// The first process of a container: signals that it does not listen to do not end it.
import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0 });
const ask = (model) =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }] });

console.log(process.pid);
await ask('gpt-4.1-mini');
const controller = new AbortController();
const open = client.chat.completions
  .create({ model: 'hang', messages: [] }, { signal: controller.signal })
  .catch(({ name }) => console.log(name));
for (const signal of ['SIGTERM', 'SIGINT']) process.kill(process.pid, signal);
await new Promise((resolve) => setTimeout(resolve, Number(process.argv[2])));
controller.abort();
await open;
console.log('still here');
