import OpenAI from 'openai';

const openai = new OpenAI({ maxRetries: 0 });

async function main(): Promise<void> {
  const messages = [{ role: 'user' as const, content: 'hello' }];
  const { choices } = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages });
  const answer: string | null | undefined = choices[0]?.message.content;
  console.log(`@@${answer}@@`);
}

void main();
