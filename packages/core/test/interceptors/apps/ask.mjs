// Asks twice, and says what became of it.
import OpenAI from 'openai';

const client = new OpenAI();
for (let asked = 0; asked < 2; asked++) {
  try {
    const messages = [{ role: 'user', content: 'Say hello.' }];
    const answer = await client.chat.completions.create({ model: process.env.MODEL, messages });
    process.stdout.write(`${answer.object}\n`);
  } catch (error) {
    process.stdout.write(`${error.code ?? error.constructor.name}\n`);
  }
}
