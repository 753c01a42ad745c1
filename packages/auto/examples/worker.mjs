// Calls from a worker thread, which is traced like the main one: node --import @llmtrace/auto worker.mjs
import { isMainThread, Worker } from 'node:worker_threads';
import OpenAI from 'openai';

if (isMainThread) {
  new Worker(new URL(import.meta.url));
} else {
  const client = new OpenAI();
  const answer = await client.responses.create({
    model: 'gpt-4.1-mini',
    input: 'Which is the tallest tree?',
  });
  console.log(answer.output_text);
}
