// biome-ignore-all lint/suspicious/noConsole: an application prints
// An application that does not end by itself.
import { createServer } from 'node:http';
import OpenAI from 'openai';

createServer().listen(0, '127.0.0.1', () => console.log('listening'));
await new OpenAI().chat.completions.create({ model: 'gpt-4.1-mini', messages: [] });
