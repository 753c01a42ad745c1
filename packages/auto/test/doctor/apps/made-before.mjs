// biome-ignore-all lint/suspicious/noConsole: an application prints
// A client that was made before llmtrace came, and is instrumented by hand.
import OpenAI from 'openai';

const client = new OpenAI();
await import('@llmtrace/auto');
const { instrumentClient } = await import('@llmtrace/auto/manual');
await instrumentClient(client).chat.completions.create({ model: 'gpt-4.1-mini', messages: [] });
console.log('answered');
