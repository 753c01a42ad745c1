import { openai } from './client.mjs';

const { choices } = await openai.chat.completions.create({
  model: 'gpt-4.1-mini',
  messages: [{ role: 'user', content: 'Which is the tallest tree?' }],
});
console.log(choices[0].message.content);
