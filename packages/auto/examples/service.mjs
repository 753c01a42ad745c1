// A service on Cloud Run: it answers requests, and ends by SIGTERM. Nothing in it knows of llmtrace.
import { once } from 'node:events';
import { createServer } from 'node:http';
import OpenAI from 'openai';

const client = new OpenAI();

const server = createServer(async (_request, response) => {
  const completion = await client.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Name a tree.' }],
  });
  response.end(completion.choices[0].message.content);
});

await once(server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1'), 'listening');
console.log(`listening on ${server.address().port}`);
