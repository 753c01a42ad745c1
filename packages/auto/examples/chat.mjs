// One question, and its answer. There is nothing of llmtrace in here: node --import @llmtrace/auto chat.mjs
import OpenAI from 'openai';

const client = new OpenAI();

const answer = await client.chat.completions.create({
  model: 'gpt-4.1-mini',
  messages: [{ role: 'user', content: 'Which is the tallest tree?' }],
});
console.log(answer.choices[0].message.content);
