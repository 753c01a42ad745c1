// Embeddings, from TypeScript that Node runs by itself: node --import @llmtrace/auto embed.ts
import OpenAI from 'openai';

const client = new OpenAI();

const { data }: OpenAI.CreateEmbeddingResponse = await client.embeddings.create({
  model: 'text-embedding-3-small',
  input: ['oak', 'beech'],
});
console.log(`${data.length} vectors`);
