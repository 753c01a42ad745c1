// biome-ignore-all lint/suspicious/noConsole: an application prints
const { OpenAI } = require('openai');

new OpenAI().chat.completions
  .create({ model: 'gpt-4.1-mini', messages: [] })
  .then(() => console.log('answered'));
