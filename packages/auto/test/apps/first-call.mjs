// biome-ignore-all lint/suspicious/noConsole: an application prints
// Prints which parts of llmtrace's engine, and which instrumentations' code, are loaded: after its imports, after a call if it makes one, and as it exits.
import { createRequire } from 'node:module';
import '@anthropic-ai/sdk';
import OpenAI from 'openai';

const { cache } = createRequire(import.meta.url);
const CODE = /\/(?:core\/dist|auto\/dist\/instrumentations)\/(?<name>calls|internal|[\w-]+\/code)\.js$/;
const loaded = () =>
  Object.keys(cache)
    .map((path) => CODE.exec(path.replaceAll('\\', '/'))?.groups?.name)
    .filter(Boolean)
    .sort();

console.log(JSON.stringify(loaded()));
if (process.argv[2] === 'call') {
  await new OpenAI().embeddings.create({ model: 'text-embedding-3-small', input: 'Hi.' });
}
process.on('exit', () => console.log(JSON.stringify(loaded())));
