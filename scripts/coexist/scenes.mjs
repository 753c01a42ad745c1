// What an application does with openai's SDK, and what it gets to see of it: plain JSON, so that what it sees beside
// several instrumentations can be compared with what it sees beside none.
import { once } from 'node:events';
import { writeSync } from 'node:fs';

const messages = [{ role: 'user', content: 'hello' }];
const body = { model: 'gpt-4o-mini', messages };
const stream = { ...body, stream: true, stream_options: { include_usage: true } };

const textOf = async (chunks) => {
  let text = '';
  for await (const { choices } of chunks) text += choices[0]?.delta.content ?? '';
  return text;
};

/** By name; each makes one call. The promise of a call is not awaited before it has been looked at. */
const SCENES = {
  create: async ({ chat }) => (await chat.completions.create(body)).choices[0].message.content,
  'the promise’s class': async ({ chat }) => {
    const promise = chat.completions.create(body);
    await promise;
    return promise.constructor.name;
  },
  'withResponse()': async ({ chat }) => {
    const { data, response } = await chat.completions.create(body).withResponse();
    return [data.object, response.status];
  },
  'asResponse()': async ({ chat }) => {
    const response = await chat.completions.create(body).asResponse();
    return (await response.json()).object;
  },
  stream: async ({ chat }) => textOf(await chat.completions.create(stream)),
  'the stream’s class and controller': async ({ chat }) => {
    const chunks = await chat.completions.create(stream);
    await textOf(chunks);
    return [chunks.constructor.name, typeof chunks.controller?.abort];
  },
  'tee()': async ({ chat }) => {
    const chunks = await chat.completions.create(stream);
    try {
      return await Promise.all(chunks.tee().map(textOf));
    } catch (error) {
      await textOf(chunks); // a stream that is dropped ends with the process, when others send nothing any more
      throw error;
    }
  },
  'leaving a stream early': async ({ chat }) => {
    for await (const chunk of await chat.completions.create(stream)) return chunk.object;
  },
  'parse()': async ({ chat, beta }) =>
    (await (chat.completions.parse ? chat : beta.chat).completions.parse(body)).choices[0].message.parsed,
  '.stream()': async ({ chat, beta }) =>
    (chat.completions.stream ? chat : beta.chat).completions.stream(stream).finalContent(),
  'an error': async ({ chat }, { OpenAI }) => {
    try {
      return await chat.completions.create({ ...body, model: 'fail-401' });
    } catch (error) {
      return [error instanceof OpenAI.AuthenticationError, error.status, error.message];
    }
  },
  responses: async ({ responses }) =>
    (await responses.create({ model: 'gpt-4o-mini', input: 'hello' })).output_text,
  embeddings: async ({ embeddings }) =>
    (await embeddings.create({ model: 'text-embedding-3-small', input: 'hello' })).data.length,
  'within a request': ({ chat }, _sdk, host) => within(host, () => chat.completions.create(body)),
};

/** A server that asks another one and the model within a request; gives what it answers. */
async function within({ http, express }, ask) {
  const app = express();
  const server = http.createServer(app);
  const url = (path) => `http://127.0.0.1:${server.address().port}${path}`;
  app.get('/stock', (_request, response) => response.json({ trees: 7 }));
  app.get('/ask', async (_request, response) => {
    const { trees } = await (await fetch(url('/stock'))).json();
    response.json([trees, (await ask()).choices[0].message.content]);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const [response] = await once(http.get(url('/ask')), 'response');
  const parts = [];
  for await (const part of response) parts.push(part);
  server.close();
  server.closeAllConnections();
  return JSON.parse(Buffer.concat(parts));
}

export const CALLS = Object.keys(SCENES).length;

/** Runs all of it, and prints what was seen. */
export async function run(sdk, host, wrap = (client) => client) {
  const { OpenAI } = sdk;
  const seen = {};
  const unhandled = [];
  process.on('unhandledRejection', (error) => unhandled.push(String(error?.message ?? error)));
  const client = await wrap(new OpenAI({ maxRetries: 0 }), sdk);
  for (const [name, play] of Object.entries(SCENES)) {
    try {
      seen[name] = await play(client, sdk, host);
    } catch (error) {
      seen[name] = `threw ${error?.message}`;
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  seen['unhandled rejections'] = unhandled;
  // At the end, because spans of dropped streams end only then.
  process.once('exit', () =>
    writeSync(1, `\n@@${JSON.stringify({ seen, told: globalThis.llmtraceSpans })}\n`),
  );
  // Some of the others keep the process alive, or send what they have only when it has been idle for a while.
  setTimeout(() => process.exit(0), 6500).unref();
  await globalThis.flushOthers?.();
}
