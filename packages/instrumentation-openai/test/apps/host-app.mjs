// An application that has spans of its own around its calls.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { trace } = createRequire(process.env.HOST)('@opentelemetry/api');
const require = createRequire(process.env.SDK);
const main = require.resolve('openai');
const { OpenAI } =
  process.env.FORMAT === 'cjs'
    ? require('openai')
    : await import(pathToFileURL(join(main, '..', 'index.mjs')));

const client = new OpenAI({ maxRetries: 1 });
const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };

await trace.getTracer('app').startActiveSpan('app', async (span) => {
  await client.chat.completions.create(body);
  for await (const _ of await client.chat.completions.create({ ...body, stream: true }));
  await client.chat.completions.create({ ...body, model: 'fail-500' }).catch(() => {});
  span.end();
});
