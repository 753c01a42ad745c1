// A workspace with a version of the SDK of its own.
import OpenAI from 'openai';

const openai = new OpenAI({ maxRetries: 0 });
const messages = [{ role: 'user', content: 'hello' }];
const { choices } = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages });
console.log(`@@${choices[0].message.content}@@`);
