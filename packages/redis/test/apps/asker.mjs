// Asks so often, one after the other, and says what became of it.
import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0 });
for (let asked = 0; asked < Number(process.env.CALLS ?? 3); asked++) {
  try {
    const messages = [{ role: 'user', content: 'Say hello.' }];
    const answer = await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
    process.stdout.write(`${answer.object}\n`);
  } catch (error) {
    process.stdout.write(`${error.code ?? error.constructor.name}\n`);
  }
}
