// biome-ignore-all lint/suspicious/noConsole: an application prints
// A call that is traced, and requests that no endpoint sends: they need no warning.
import OpenAI from 'openai';

const client = new OpenAI();
await client.chat.completions.create({ model: 'gpt-4.1-mini', messages: [] });
await client.models.list().catch(() => {});
await client.post('/threads/t1/messages', { body: {} }).catch(() => {});
await client.post('/moderations', { body: {} }).catch(() => {});
await fetch(process.env.VENDOR, { method: 'POST', body: '{}' });
console.log('answered');
