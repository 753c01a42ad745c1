/** What the vendor on loopback answers, by the name of the model. */
const usage = { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 };
const base = { id: 'chatcmpl-1', created: 1_764_000_000 };

export const completion = (model, changes = {}) => ({
  ...base,
  object: 'chat.completion',
  model,
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage,
  ...changes,
});

const chunk = (model, delta, finish_reason = null, more = {}) => ({
  ...base,
  object: 'chat.completion.chunk',
  model,
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});

const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
const DONE = 'data: [DONE]\n\n';
const started = (model) =>
  Array.from({ length: 8 }, () => event(chunk(model, { content: ' word' }))).join('');
const streamed = (model) => `${started(model)}${event(chunk(model, {}, 'stop', { usage }))}${DONE}`;

const json = (response, status, body, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
const sse = (response) => response.writeHead(200, { 'content-type': 'text/event-stream' });

/** Writes for as long as it is read, up to 256 MiB. */
function endless(response) {
  response.writeHead(503, { 'content-type': 'text/plain' });
  const piece = 'x'.repeat(64 * 1024);
  let left = 4096;
  const write = () => {
    while (left-- > 0 && !response.destroyed) if (!response.write(piece)) return;
    response.end();
  };
  response.on('drain', write);
  write();
}

const withUsage = (text) =>
  JSON.stringify(completion('gpt-4o-mini')).replace('"prompt_tokens":60', `"prompt_tokens":${text}`);
const HTML = `<html><body>${'<p class="error">Bad gateway "upstream" at proxy.internal</p>'.repeat(3400)}</body></html>`;

/** Bodies that no vendor sends. */
export const HOSTILE = {
  'index 1e9 in a chunk': (response) => {
    const wild = chunk('gpt-4o-mini', { content: 'x' });
    wild.choices[0].index = 1e9;
    sse(response).end(`${event(wild)}${streamed('gpt-4o-mini')}`);
  },
  'index 1e9 in an answer': (response) => {
    const wild = completion('gpt-4o-mini');
    wild.choices[0].index = 1e9;
    json(response, 200, JSON.stringify(wild));
  },
  '40,000 choices': (response) => {
    const [choice] = completion('m').choices;
    const choices = Array.from({ length: 40_000 }, (_, index) => ({ ...choice, index }));
    json(response, 200, JSON.stringify(completion('gpt-4o-mini', { choices })));
  },
  'HTML of 200 KB with 502': (response) => response.writeHead(502, { 'content-type': 'text/html' }).end(HTML),
  '100 KB of quotes with 400': (response) =>
    json(response, 400, JSON.stringify({ error: { message: '"'.repeat(100_000) } })),
  'usage of 1e308': (response) => json(response, 200, withUsage('1e308')),
  'usage of 1e999': (response) => json(response, 200, withUsage('1e999')),
  'usage of -1': (response) => json(response, 200, withUsage('-1')),
  'a model of 1 MB': (response) => json(response, 200, JSON.stringify(completion('m'.repeat(1e6)))),
  'an endless 503': endless,
};

export const STREAMED_HOSTILE = 'index 1e9 in a chunk';

export function answerOf(model, stream, response) {
  if (model in HOSTILE) return HOSTILE[model](response);
  if (model === 'error') return json(response, 500, '{"error":{"message":"no","type":"server_error"}}');
  if (model === 'limited')
    return json(response, 429, '{"error":{"message":"no"}}', { 'retry-after-ms': '1' });
  if (model === 'hang') return sse(response).write(stream ? started(model) : '');
  if (!stream) return json(response, 200, JSON.stringify(completion(model)));
  sse(response).end(streamed(model));
}
