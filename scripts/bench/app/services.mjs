/**
 * Beside the measured application, in a process of its own: the vendor, and as many servers as are asked for that take
 * telemetry and count its bytes. The vendor answers `user: '<chunks> <gap>'` with so many chunks, each written by itself.
 */
import { once } from 'node:events';
import http from 'node:http';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { itemsOf } from '../../../packages/view/src/otlp/protobuf.ts';

const usage = {
  prompt_tokens: 1200,
  completion_tokens: 350,
  total_tokens: 1550,
  prompt_tokens_details: { cached_tokens: 1024 },
  completion_tokens_details: { reasoning_tokens: 128 },
};
const base = {
  id: 'chatcmpl-1',
  created: 1760000000,
  model: 'gpt-4o-mini-2024-07-18',
  service_tier: 'default',
};
const message = { role: 'assistant', content: 'An answer.' };
const whole = JSON.stringify({
  ...{ ...base, object: 'chat.completion', usage },
  choices: [{ index: 0, message, finish_reason: 'stop' }],
});
const event = (choices, used = null) =>
  `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices, usage: used })}\n\n`;
const WORD = Buffer.from(event([{ index: 0, delta: { content: ' word' }, finish_reason: null }]));
const LAST = Buffer.from(
  `${event([{ index: 0, delta: {}, finish_reason: 'stop' }])}${event([], usage)}data: [DONE]\n\n`,
);

/** The last write has two chunks: the end of the answer, and its usage. */
async function answer(request, response) {
  const body = [];
  for await (const part of request) body.push(part);
  const { user, stream } = JSON.parse(Buffer.concat(body));
  const [chunks, gap] = user.split(' ').map(Number);
  if (!stream) {
    if (gap > 0) await wait(gap);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(whole);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let sent = 2; sent < chunks && !response.destroyed; sent++) {
    response.write(WORD);
    await (gap > 0 ? wait(gap) : turn());
  }
  response.end(LAST);
}

const sinks = [];

const spansInJson = (body) =>
  JSON.parse(body)
    .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)
    .reduce((sum, { spans }) => sum + spans.length, 0);

function spansIn({ url, headers }, parts) {
  if (url !== '/v1/traces') return 0;
  const sent = Buffer.concat(parts);
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  return headers['content-type']?.includes('json') ? spansInJson(body) : [...itemsOf(body)].length;
}

/** `/info` is what dd-trace asks its agent for first. */
function take(sink, request, response) {
  const parts = [];
  request.on('data', (part) => {
    sink.bytes += part.length;
    parts.push(part);
  });
  request.on('end', () => {
    sink.spans += spansIn(request, parts);
    const isJson = request.url === '/info' || !request.headers['content-type']?.includes('protobuf');
    response.writeHead(200, { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' });
    response.end(isJson ? '{}' : undefined);
  });
}

async function listen(handler) {
  const server = http.createServer({ keepAliveTimeout: 0 }, handler);
  await once(server.listen(0, '127.0.0.1', 4096), 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

const DOES = {
  vendor: async () => ({ url: await listen(answer) }),
  async sink() {
    const sink = { bytes: 0, spans: 0 };
    const url = await listen((request, response) => take(sink, request, response));
    return { url, sink: sinks.push(sink) - 1 };
  },
  exported: async ({ sink }) => ({ ...sinks[sink] }),
  exit: async () => process.exit(),
};

process.on('message', async ({ id, does, ...options }) =>
  process.send({ id, ...(await DOES[does](options)) }),
);
process.send({ id: 0 });
