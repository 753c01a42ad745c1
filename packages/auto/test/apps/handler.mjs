// A handler that does not know of llmtrace.
import OpenAI from 'openai';

const client = new OpenAI();

export const handler = ({ question }) =>
  client.chat.completions.create({ model: 'gpt-4.1-mini', messages: [{ role: 'user', content: question }] });
