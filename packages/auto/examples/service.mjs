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

// Cloud Run sends requests to all addresses of the container: HOST is for a trial on one's own machine.
const { PORT = 8080, HOST } = process.env;
await once(server.listen({ port: Number(PORT), host: HOST }), 'listening');
console.log(`listening on ${server.address().port}`);
