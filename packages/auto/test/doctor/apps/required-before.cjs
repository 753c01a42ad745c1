// biome-ignore-all lint/suspicious/noConsole: an application prints
const { OpenAI } = require('openai');
const client = new OpenAI();
require('@llmtrace/auto');

client.chat.completions.create({ model: 'gpt-4.1-mini', messages: [] }).then(() => console.log('answered'));
