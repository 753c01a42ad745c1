import { createServer } from 'node:http';
import { llmtrace } from '@llmtrace/auto';
import OpenAI from 'openai';

const client = new OpenAI();

async function answer() {
  const completion = await client.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Name a tree' }],
  });
  return completion.choices[0].message.content;
}

const server = createServer(async (request, response) => {
  if (request.url === '/health') response.end(JSON.stringify(llmtrace.status()));
  else response.end(await answer());
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');

process.once('SIGTERM', () => {
  server.close(async () => {
    await llmtrace.shutdown({ timeoutMillis: 5000 });
    process.exit(0);
  });
});
