// A vendor on loopback. The first word of the path chooses the kind of answer. `startVendor` returns its port.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import * as zlib from 'node:zlib';

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const TEXT = 'It is sunny in Paris today, and warm. ';

const completion = (model) => ({
  id: `chatcmpl-${model}`,
  object: 'chat.completion',
  created: 1764000000,
  model: `${model}-2026`,
  choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
  usage: USAGE,
});

function chunks(model) {
  const chunk = (choices, more) =>
    `data: ${JSON.stringify({ id: `chatcmpl-${model}`, object: 'chat.completion.chunk', model: `${model}-2026`, choices, ...more })}\n\n`;
  const deltas = TEXT.match(/.{1,6}/g).map((content) =>
    chunk([{ index: 0, delta: { content }, finish_reason: null }]),
  );
  return [
    ...deltas,
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
    chunk([], { usage: USAGE }),
    'data: [DONE]\n\n',
  ];
}

const tick = () => new Promise((resolve) => setImmediate(resolve));
const SSE = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };

async function stream(response, model, { cut = Infinity, hold = false, end = true } = {}) {
  response.writeHead(200, SSE);
  for (const chunk of chunks(model).slice(0, cut)) {
    response.write(chunk);
    await tick();
  }
  if (hold) return;
  if (cut === Infinity && end) response.end();
  else setTimeout(() => response.stream?.close(2) ?? response.socket.destroy(), 20);
}

const ENCODERS = {
  gzip: zlib.gzipSync,
  br: zlib.brotliCompressSync,
  deflate: zlib.deflateSync,
  'raw-deflate': zlib.deflateRawSync,
  zstd: zlib.zstdCompressSync,
};

/** By the path's first word; the second is its argument. */
const BEHAVIOURS = {
  plain: (response, { model }) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(completion(model))),
  stream: (response, { model }) => stream(response, model),
  status: (response, _body, status) =>
    response
      .writeHead(Number(status), { ...JSON_TYPE, 'x-request-id': 'req_1' })
      .end(
        status === '204'
          ? undefined
          : JSON.stringify({ error: { message: 'no', type: 'an_error', code: 'a_code' } }),
      ),
  drop: (response, { model }) => stream(response, model, { cut: 3 }),
  // The stream goes on for ever, or for as long as the client holds it.
  hold: (response, { model }) => stream(response, model, { cut: 3, hold: true }),
  // The answer is complete, and the connection stays open.
  lingering: async (response, { model }) => {
    await stream(response, model, { hold: true });
    setTimeout(() => response.end(), 100);
  },
  never: () => {},
  encoded(response, { model }, encoding) {
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding.replace('raw-', '') });
    response.end(ENCODERS[encoding](JSON.stringify(completion(model))));
  },
  async encodedstream(response, { model }) {
    response.writeHead(200, { ...SSE, 'content-encoding': 'gzip' });
    const gzip = zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH });
    gzip.pipe(response);
    for (const chunk of chunks(model)) {
      gzip.write(chunk);
      await tick();
    }
    gzip.end();
  },
  redirect: (response, _body, status, url) =>
    response.writeHead(Number(status), { location: url.replace(/^\/redirect\/\d+/, '/plain/0') }).end(),
  nowhere: (response) => response.writeHead(302, { ...JSON_TYPE, location: 'http://[' }).end('{}'),
  transcript: (response) =>
    response
      .writeHead(200, JSON_TYPE)
      .end('{"text":"It is sunny.","usage":{"input_tokens":11,"output_tokens":7}}'),
  html: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
  broken: (response) => response.writeHead(200, JSON_TYPE).end('{"id": "chatcmpl-'),
  errorinstream: (response) =>
    response.writeHead(200, SSE).end('data: {"error":{"message":"no","code":"server_error"}}\n\n'),
  refusal: (response) => response.writeHead(200, JSON_TYPE).end('{"error":{"message":"no","code":"a_code"}}'),
  large(response, { model }) {
    const text = JSON.stringify({ ...completion(model), padding: 'x'.repeat(400_000) });
    response.writeHead(200, JSON_TYPE).end(text);
  },
};

async function handle(request, response) {
  const parts = [];
  try {
    for await (const part of request) parts.push(part);
  } catch {
    return;
  }
  const text = Buffer.concat(parts).toString();
  const model = /"model":"([^"]+)"/.exec(text)?.[1] ?? /name="model"\r\n\r\n(.*?)\r\n/.exec(text)?.[1];
  const [, behaviour, argument] = request.url.split('/');
  if (!BEHAVIOURS[behaviour]) response.writeHead(404).end();
  else BEHAVIOURS[behaviour](response, { model }, argument, request.url);
}

async function listen(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
}

/** @param tls a key and a certificate: then there is a server of HTTP/2, too. */
export async function startVendor(tls) {
  const server = createServer(handle);
  const port = await listen(server);
  const h2 = tls && createSecureServer({ ...tls, allowHTTP1: true }, handle);
  const h2Port = h2 ? await listen(h2) : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    h2Url: `https://localhost:${h2Port}`,
    close() {
      server.closeAllConnections();
      server.close();
      h2?.close();
    },
  };
}
