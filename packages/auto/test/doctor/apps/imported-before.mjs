// biome-ignore-all lint/suspicious/noConsole: an application prints
// biome-ignore-all assist/source/organizeImports: the wrong order is the point of this application
import OpenAI from 'openai';
import '@llmtrace/auto';

await new OpenAI().chat.completions.create({ model: 'gpt-4.1-mini', messages: [] });
console.log('answered');
