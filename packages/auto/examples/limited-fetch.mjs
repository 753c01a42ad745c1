// node --import @llmtrace/auto limited-fetch.mjs
import { instrumentFetch } from '@llmtrace/auto/manual';

// It may also be the option `fetch` of the AI SDK's providers, of groq-sdk and of other clients.
const limitedFetch = instrumentFetch(fetch);

const { OPENAI_API_KEY, OPENAI_BASE_URL = 'https://api.openai.com/v1' } = process.env;
const answer = await limitedFetch(`${OPENAI_BASE_URL}/chat/completions`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${OPENAI_API_KEY}` },
  body: JSON.stringify({ model: 'gpt-4.1-mini', messages: [{ role: 'user', content: 'Say hello.' }] }),
});
console.log(await answer.text());
