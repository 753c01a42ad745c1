// biome-ignore-all lint/suspicious/noConsole: an application prints
// The vendor's API by no method of its own.
import OpenAI from 'openai';

await new OpenAI().post('/chat/completions', { body: { model: 'gpt-4.1-mini', messages: [] } });
console.log('answered');
