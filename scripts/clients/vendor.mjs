// Vendors on loopback: each answers every request in its own protocol, by the path.

import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { crc32 } from 'node:zlib';

const TEXT = ['It is ', 'sunny in ', 'Paris.'];
const WHOLE = TEXT.join('');

const json = (response, body) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

function events(response, list, type = 'text/event-stream') {
  response.writeHead(200, { 'content-type': type });
  for (const event of list) response.write(event);
  response.end();
}

const data = (value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const named = (value) => `event: ${value.type}\n${data(value)}`;

/** Mistral has the usage in the chunk that ends the choice, and others in a chunk of its own. */
function chat(response, { model, stream }, _path, { host }) {
  if (host === 'api.llama.com') {
    meta(response, stream);
    return;
  }
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  const head = { id: 'chatcmpl-1', created: 1764000000, model };
  if (!stream) {
    const message = { role: 'assistant', content: WHOLE };
    json(response, {
      ...head,
      object: 'chat.completion',
      system_fingerprint: null,
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage,
    });
    return;
  }
  const chunk = (delta, finish_reason = null, more = {}) =>
    data({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason }],
      ...more,
    });
  const isMistral = host.includes('mistral');
  const last = data({ ...head, object: 'chat.completion.chunk', choices: [], usage });
  events(response, [
    ...TEXT.map((content) => chunk({ role: 'assistant', content })),
    chunk({}, 'stop', isMistral ? { usage } : {}),
    ...(isMistral ? [] : [last]),
    data('[DONE]'),
  ]);
}

/** Meta's answers to requests of OpenAI's chat. */
function meta(response, stream) {
  const counts = { num_prompt_tokens: 100, num_completion_tokens: 20, num_total_tokens: 120 };
  const metrics = Object.entries(counts).map(([metric, value]) => ({ metric, value, unit: 'tokens' }));
  if (!stream) {
    const content = { type: 'text', text: WHOLE };
    json(response, {
      id: 'r1',
      completion_message: { role: 'assistant', stop_reason: 'stop', content },
      metrics,
    });
    return;
  }
  const at = (event_type, text, more = {}) =>
    data({ id: 'r1', event: { event_type, delta: { type: 'text', text }, ...more } });
  events(response, [
    at('start', ''),
    ...TEXT.map((text) => at('progress', text)),
    at('complete', '', { stop_reason: 'stop' }),
    at('metrics', '', { metrics }),
  ]);
}

/** The answer of another protocol, as it is written. */
function written(answer, ...args) {
  const pieces = [];
  const response = {
    writeHead: () => response,
    write: (piece) => void pieces.push(piece),
    end: (piece) => void (piece && pieces.push(piece)),
  };
  answer(response, ...args);
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}

/** SageMaker's endpoint of a server that speaks OpenAI's chat. Its parts end anywhere. */
function sagemaker(response, body, path, headers) {
  if (!path.endsWith('-stream')) {
    chat(response, body, path, headers);
    return;
  }
  const whole = written(chat, { ...body, stream: true }, path, headers);
  const parts = Array.from({ length: Math.ceil(whole.length / 50) }, (_, at) =>
    frame('PayloadPart', whole.subarray(at * 50, at * 50 + 50)),
  );
  events(response, parts, 'application/vnd.amazon.eventstream');
}

/** Cloudflare's universal endpoint, whose first request fails. */
function steps(response, list, path, headers) {
  const { query } = list.at(-1);
  response.setHeader('cf-aig-step', String(list.length - 1));
  (query.max_tokens ? messages : chat)(response, query, path, headers);
}

function responses(response, { model, stream }) {
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 120,
  };
  const content = [{ type: 'output_text', text: WHOLE, annotations: [], logprobs: [] }];
  const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content };
  const body = (status, more) => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1764000000,
    status,
    model,
    output: [],
    error: null,
    incomplete_details: null,
    ...more,
  });
  const whole = body('completed', { output: [item], usage });
  if (!stream) {
    json(response, whole);
    return;
  }
  events(response, [
    named({ type: 'response.created', sequence_number: 0, response: body('in_progress') }),
    named({
      type: 'response.output_item.added',
      sequence_number: 1,
      output_index: 0,
      item: { ...item, content: [] },
    }),
    ...TEXT.map((delta, i) =>
      named({
        type: 'response.output_text.delta',
        sequence_number: 2 + i,
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta,
        logprobs: [],
      }),
    ),
    named({ type: 'response.output_item.done', sequence_number: 8, output_index: 0, item }),
    named({ type: 'response.completed', sequence_number: 9, response: whole }),
  ]);
}

function messages(response, { model, stream }) {
  const usage = {
    input_tokens: 100,
    output_tokens: 20,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null };
  if (!stream) {
    json(response, { ...message, content: [{ type: 'text', text: WHOLE }], stop_reason: 'end_turn', usage });
    return;
  }
  events(response, [
    named({
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
    }),
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ...TEXT.map((text) =>
      named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    ),
    named({ type: 'content_block_stop', index: 0 }),
    named({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    named({ type: 'message_stop' }),
  ]);
}

function gemini(response, _body, path) {
  const modelVersion = /models\/([^:]+):/.exec(path)[1];
  const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 };
  const part = (text, finishReason) => ({
    candidates: [
      { index: 0, content: { role: 'model', parts: [{ text }] }, ...(finishReason && { finishReason }) },
    ],
    usageMetadata,
    modelVersion,
    responseId: 'r1',
  });
  if (!path.includes(':stream')) json(response, part(WHOLE, 'STOP'));
  else events(response, [...TEXT.map((text) => data(part(text))), data(part('', 'STOP'))]);
}

function cohere(response, { stream }) {
  const usage = {
    billed_units: { input_tokens: 90, output_tokens: 20 },
    tokens: { input_tokens: 100, output_tokens: 20 },
  };
  if (!stream) {
    const message = { role: 'assistant', content: [{ type: 'text', text: WHOLE }] };
    json(response, { id: 'c1', finish_reason: 'COMPLETE', message, usage });
    return;
  }
  events(response, [
    named({
      type: 'message-start',
      id: 'c1',
      delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
    }),
    named({ type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } }),
    ...TEXT.map((text) =>
      named({ type: 'content-delta', index: 0, delta: { message: { content: { text } } } }),
    ),
    named({ type: 'content-end', index: 0 }),
    named({ type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } }),
  ]);
}

function ollama(response, { model, stream }) {
  const created_at = '2026-11-28T00:00:00Z';
  const end = { done: true, done_reason: 'stop', prompt_eval_count: 100, eval_count: 20 };
  const line = (content, more) => ({
    model,
    created_at,
    message: { role: 'assistant', content },
    done: false,
    ...more,
  });
  if (stream === false) json(response, line(WHOLE, end));
  else
    events(
      response,
      [...TEXT.map((content) => line(content)), line('', end)].map((chunk) => `${JSON.stringify(chunk)}\n`),
      'application/x-ndjson',
    );
}

function gateway(response, _body, _path, headers) {
  const usage = {
    inputTokens: { total: 100, noCache: 100, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 20, text: 20, reasoning: 0 },
  };
  const finishReason = { unified: 'stop', raw: 'stop' };
  const providerMetadata = { gateway: { cost: '0.0000147' } };
  if (headers['ai-language-model-streaming'] !== 'true') {
    json(response, {
      content: [{ type: 'text', text: WHOLE }],
      finishReason,
      usage,
      providerMetadata,
      warnings: [],
    });
    return;
  }
  events(response, [
    data({ type: 'stream-start', warnings: [] }),
    data({ type: 'text-start', id: '0' }),
    ...TEXT.map((delta) => data({ type: 'text-delta', id: '0', delta })),
    data({ type: 'text-end', id: '0' }),
    data({ type: 'finish', finishReason, usage, providerMetadata }),
  ]);
}

function converse(response, _body, path) {
  const usage = { inputTokens: 100, outputTokens: 20, totalTokens: 120 };
  if (!path.endsWith('-stream')) {
    const output = { message: { role: 'assistant', content: [{ text: WHOLE }] } };
    json(response, { output, stopReason: 'end_turn', usage, metrics: { latencyMs: 1 } });
    return;
  }
  events(
    response,
    [
      frame('messageStart', { role: 'assistant' }),
      ...TEXT.map((text) => frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } })),
      frame('contentBlockStop', { contentBlockIndex: 0 }),
      frame('messageStop', { stopReason: 'end_turn' }),
      frame('metadata', { usage, metrics: { latencyMs: 1 } }),
    ],
    'application/vnd.amazon.eventstream',
  );
}

/** A message of an AWS event stream. */
function frame(type, payload) {
  const header = (name, value) => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(value.length);
    return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(7), size, Buffer.from(value)]);
  };
  const headers = Buffer.concat([
    header(':event-type', type),
    header(':content-type', 'application/json'),
    header(':message-type', 'event'),
  ]);
  const body = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + headers.length + body.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, sum]);
}

/** Bedrock's InvokeModel with a model of Anthropic: each event of its stream is in a frame. */
function invoke(response, _body, path) {
  const model = /model\/([^/]+)/.exec(path)[1];
  const isStream = path.endsWith('-stream');
  if (!isStream) {
    messages(response, { model });
    return;
  }
  const lines = [];
  const collected = { writeHead: () => collected, write: (line) => lines.push(line), end() {} };
  messages(collected, { model, stream: true });
  const bytes = lines.map((line) => Buffer.from(/data: (.*)/.exec(line)[1]).toString('base64'));
  const frames = bytes.map((base64) => frame('chunk', { bytes: base64 }));
  events(response, frames, 'application/vnd.amazon.eventstream');
}

const token = (response) => json(response, { access_token: 'test', expires_in: 3600, token_type: 'Bearer' });

const PROTOCOLS = [
  [/\/invocations(-response-stream)?$/, sagemaker],
  [/^\/v1\/[0-9a-f]{32}\/[^/]+$/, steps],
  [/\/invoke(-with-response-stream)?$/, invoke],
  [/\/token$/, token],
  [/\/v2\/chat$/, cohere],
  [/\/api\/chat$/, ollama],
  [/\/language-model$/, gateway],
  [/\/converse(-stream)?$/, converse],
  [/\/chat\/completions$/, chat],
  [/\/responses$/, responses],
  [/\/messages$/, messages],
  [/:(generate|streamGenerate)Content$/, gemini],
];

/** @param tls a key and a certificate for all hosts. */
export async function startVendors(tls, address) {
  const requests = [];
  const sessions = new Set();
  const server = createSecureServer({ ...tls, allowHTTP1: true }, async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const path = request.url.split('?')[0];
    const [, answer] = PROTOCOLS.find(([pattern]) => pattern.test(path)) ?? [];
    if (request.method !== 'POST' || !answer) {
      response.writeHead(404).end('{}');
      return;
    }
    const host = request.headers.host ?? request.headers[':authority'];
    requests.push(`${host}${path}`);
    const text = Buffer.concat(parts).toString();
    const body = /^[{[]/.test(text) ? JSON.parse(text) : {};
    answer(response, body, path, { ...request.headers, host });
  });
  server.on('connection', (socket) => {
    sessions.add(socket);
    socket.on('close', () => sessions.delete(socket));
  });
  await once(server.listen(443, address), 'listening');
  return {
    requests,
    close() {
      for (const socket of sessions) socket.destroy();
      server.close();
    },
  };
}
