// biome-ignore-all lint/suspicious/noConsole: an application prints
// Prints which parts of llmtrace's engine are loaded: after its imports, after a call if it makes one, and as it exits.
import { createRequire } from 'node:module';
import '@anthropic-ai/sdk';
import OpenAI from 'openai';

const { cache } = createRequire(import.meta.url);
const loaded = () =>
  Object.keys(cache)
    .map((path) => /[\\/]core[\\/]dist[\\/](calls|internal)\.js$/.exec(path)?.[1])
    .filter(Boolean)
    .sort();

console.log(JSON.stringify(loaded()));
if (process.argv[2] === 'call') {
  await new OpenAI().embeddings.create({ model: 'text-embedding-3-small', input: 'Hi.' });
}
process.on('exit', () => console.log(JSON.stringify(loaded())));
