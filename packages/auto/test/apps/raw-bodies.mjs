// biome-ignore-all lint/suspicious/noConsole: an application prints
// Takes the raw answers of SDKs as streams, in the ways of proxies. Each call names its row as its user; what the row got is
// printed, one line each. Arguments: the format, then folders of `test-fixtures/sdks`.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import module from 'node:module';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { constants, Script } from 'node:vm';

const [format, ...sets] = process.argv.slice(2);
const SETS = new URL('../../../../test-fixtures/sdks/', import.meta.url);

function load(set, name) {
  const filename = fileURLToPath(new URL(`${set}/app.mjs`, SETS));
  if (format === 'cjs') return module.createRequire(filename)(name);
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return new Script(`import('${name}')`, { filename, importModuleDynamically }).runInThisContext();
}

const hash = (parts) => createHash('sha256').update(Buffer.concat(parts)).digest('hex').slice(0, 12);

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return hash(parts);
}

async function seen(run) {
  try {
    return await run();
  } catch ({ name, code }) {
    return { name, code };
  }
}

async function readByReader(stream) {
  const reader = stream.getReader();
  const parts = [];
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read())
    parts.push(Buffer.from(value));
  return hash(parts);
}

/** A server that sends a response on, and its client. */
async function proxied(response) {
  const server = createServer(async (_, answer) => {
    await sleep(20); // by then, the whole answer has arrived
    const body = new Response(response.body).body;
    await pipeline(body, answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${server.address().port}`);
  const text = await read(answer.body);
  server.close();
  return text;
}

const raw = (use) => async (call) => use(await call().asResponse());
const WEB = {
  reader: raw((r) => readByReader(r.body)),
  pipeThrough: raw((r) => read(r.body.pipeThrough(new TransformStream()))),
  fromWeb: raw((r) => read(Readable.fromWeb(r.body))),
  tee: raw((r) => Promise.all(r.body.tee().map(read))),
  newResponse: raw((r) => new Response(r.body).text().then((text) => hash([Buffer.from(text)]))),
  proxied: raw(proxied),
  broken: raw((r) => seen(() => readByReader(r.body))),
  cancelled: raw(async (r) => {
    const reader = r.body.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    return done;
  }),
  retriesOnce: raw((r) => readByReader(r.body)),
  ownFetch: raw((r) => readByReader(r.body)),
};
const ANY = {
  forAwait: raw((r) => read(r.body)),
  whole: raw((r) => read(r.body)),
  packed: raw((r) => read(r.body)),
  errorWithin: raw((r) => read(r.body)),
  left: raw(async (r) => {
    for await (const part of r.body) return part.length > 0;
  }),
  text: raw(async (r) => hash([Buffer.from(await r.text())])),
  lookThenText: raw(async (r) => r.body && hash([Buffer.from(await r.text())])),
  copyThenBody: raw(async (r) =>
    Promise.all([
      r
        .clone()
        .text()
        .then((t) => hash([Buffer.from(t)])),
      read(r.body),
    ]),
  ),
  lookThenParsed: async (call) => {
    const promise = call();
    const { body } = await promise.asResponse();
    return [Boolean(body), await count(await promise)];
  },
  besideData: async (call) => read((await call().withResponse()).response.body),
  dataAlone: async (call) => count((await call().withResponse()).data),
  lookThenData: async (call) => {
    const { data, response } = await call().withResponse();
    return [Boolean(response.body), await count(data)];
  },
  late: async (call) => {
    const promise = call();
    await sleep(500); // on a busy machine the head of the answer may take more than 100 ms
    return read((await promise.asResponse()).body);
  },
  unread: raw((r) => r.status),
  aborted: async (call, controller) => {
    const { body } = await call().asResponse();
    setTimeout(() => controller.abort(), 20);
    return seen(() => read(body));
  },
};

async function count(stream) {
  let chunks = 0;
  for await (const _ of stream) chunks++;
  return chunks;
}

/** What the vendor does, where that is no whole stream. */
const BEHAVIOURS = {
  packed: 'packed-stream',
  broken: 'drop-mid-stream',
  errorWithin: 'error-mid-stream',
  cancelled: 'hang-mid-stream',
  left: 'hang-mid-stream',
  aborted: 'hang-mid-stream',
  unread: 'hang-mid-stream',
  retriesOnce: 'fail-500-once',
};

const question = [{ role: 'user', content: 'What is the capital of France?' }];
const VENDORS = {
  openai: (client, user, stream, options) =>
    client.chat.completions.create(
      {
        model: 'gpt-4o-mini',
        messages: question,
        user,
        ...(stream && { stream, stream_options: { include_usage: true } }),
      },
      options,
    ),
  '@anthropic-ai/sdk': (client, user, stream, options) =>
    client.messages.create(
      { model: 'claude-haiku-4-5', max_tokens: 100, messages: question, metadata: { user_id: user }, stream },
      options,
    ),
};

/** The answer of no server. */
const answer = () =>
  new Response('data: {"choices":[]}\n\ndata: [DONE]\n\n', {
    headers: { 'content-type': 'text/event-stream' },
  });

async function runRows(set) {
  const name = set.startsWith('openai') ? 'openai' : '@anthropic-ai/sdk';
  const { default: Client } = await load(set, name);
  const { VENDOR_URL: url } = process.env;
  const baseURL = name === 'openai' ? `${url}/v1` : url;
  const isWeb = !/openai-4|anthropic-0\.30/.test(set);
  for (const [row, use] of Object.entries(isWeb ? { ...ANY, ...WEB } : ANY)) {
    const client = new Client({
      apiKey: `sk-${set}`,
      baseURL,
      maxRetries: row === 'retriesOnce' ? 1 : 0,
      ...(row === 'ownFetch' && { fetch: async () => answer() }),
    });
    const controller = new AbortController();
    const headers = BEHAVIOURS[row] && { 'x-vendor-behaviour': BEHAVIOURS[row] };
    const call = () =>
      VENDORS[name](client, `${set} ${row}`, row !== 'whole', {
        signal: controller.signal,
        ...(headers && { headers }),
      });
    console.log(JSON.stringify([set, row, await use(call, controller)]));
  }
}

for (const set of sets) await runRows(set);
for (let round = 0; round < 10; round++) {
  globalThis.gc();
  await sleep(30);
}
process.exit(0);
