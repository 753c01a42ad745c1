/** Requests that look like model calls and are none: no span, whatever is answered. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { AnthropicInstrumentation } from '@llmtrace/instrumentation-anthropic';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { createTelemetry, type Telemetry } from '@llmtrace/test-fixtures';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';

const JSON_TYPE = 'application/json';
const messages = [{ role: 'user', content: 'Hi' }];

/** A path, the request body and the answer. */
type LookAlike = readonly [path: string, sent: unknown, answered?: unknown, type?: string];

const LOOK_ALIKES: readonly LookAlike[] = [
  // The AI SDK's own chat between a page and its server.
  [
    '/api/chat',
    {
      id: 'c1',
      messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
      trigger: 'submit-message',
    },
    'data: {"type":"start"}\n\n',
    'text/event-stream',
  ],
  ['/api/chat', { messages, model: 'support-bot' }, { reply: 'Hello' }],
  ['/api/chat', { messages }, { message: { role: 'assistant', content: 'Hello' } }],
  ['/api/chat', { model: 'x', messages: [{ role: 'user', parts: [] }] }, { done: true, created_at: 'now' }],
  ['/v1/chat', { message: 'Hello', room: 4 }, { id: 1 }],
  ['/v1/decisions', { state: 'open', questions: [] }, { answers: {} }],
  ['/v1/decisions', { state: 'open', questions: { a: { type: 'text' } } }, { answers: { a: 1 } }],
  ['/v1/messages', { messages: [{ to: '+1', text: 'Hi' }] }, { id: 'm1', status: 'queued' }],
  ['/v2/chat', { model: 'a', messages }, { id: 1, status: 'sent' }],
  ['/chat', { text: 'Hello' }, { ok: true }],
  ['/api/generate', { prompt: 'A report', model: 'quarterly' }, { id: 7, status: 'queued' }],
  ['/generate', { template: 'invoice' }, { url: 'https://example.com/1.pdf' }],
  // Messages of other kinds.
  ['/2010-04-01/Accounts/AC1/Messages.json', 'To=%2B1&Body=Hi', { sid: 'SM1' }],
  [
    '/v18.0/100/messages',
    { messaging_product: 'whatsapp', to: '1', text: { body: 'Hi' } },
    { messages: [{ id: 'w' }] },
  ],
  ['/v3/example.com/messages', 'from=a&to=b&subject=c', { id: '<1>', message: 'Queued.' }],
  ['/messages', { message_type: 'email', body: 'Hi', from: { id: 1 } }, { type: 'admin_message' }],
  ['/v1/threads/t1/messages', { role: 'user', content: 'Hi' }, { object: 'thread.message' }],
  ['/v1/messages', { messages: [{ channel: 'push', body: 'Hi' }], max_tokens: 5, model: 'x' }, { ok: true }],
  ['/v1/messages', { messages, model: 'x' }, { ok: true }],
  ['/v1/messages/batches', { requests: [{ custom_id: '1', params: {} }] }, { id: 'b' }],
  ['/v1/messages/count_tokens', { model: 'claude-x', messages }, { input_tokens: 3 }],
  ['/chat.postMessage', { channel: 'C1', text: 'Hi' }, { ok: true }],
  // Answers to forms.
  ['/forms/f1/responses', { answers: [{ field: 'a', text: 'b' }] }, { id: 'r1' }],
  ['/v1/surveys/s/responses', { input: 'yes', model: 'form-2' }, { id: 'r1', status: 'completed' }],
  ['/v1/responses/input_tokens', { model: 'gpt-x', input: 'Hi' }, { input_tokens: 3 }],
  ['/conversations/c1/items', { items: [] }, { object: 'list', data: [] }],
  ['/v1/conversations', { inputs: 'Hi', channel: 'mail' }, { id: 'c' }],
  // Own services with the same words.
  ['/embeddings', { input: 'text', model: 'own' }, { vectors: [[1, 2]] }],
  ['/v1/embeddings', { input: 'text', model: 'own' }, { status: 'queued' }],
  ['/rerank', { query: 'a', documents: ['b'] }, { order: [0] }],
  ['/v1/rerank', { query: 'a', documents: ['b'], model: 'own' }, { results: [{ id: 1 }] }],
  ['/completions', { prompt: 'SEL', model: 'sql' }, { suggestions: ['SELECT'] }],
  ['/v1/completions', { prompt: 'SEL', model: 'sql' }, { error: 'no' }],
  ['/predict', { instances: [{ a: 1 }] }, { predictions: [1] }],
  ['/v1/models/own:predict', { instances: [{ a: 1 }] }, { predictions: [1] }],
  ['/v1/projects/p/locations/l/endpoints/1:predict', { instances: [{ a: 1 }] }, { predictions: [1] }],
  ['/v1/moderations', { input: 'photo-1' }, { results: [{ approved: true }] }],
  ['/ocr', { model: 'fast', document: { id: 1 } }, { text: 'a' }],
  ['/v1/images/generations', { prompt: 'a cat', size: 'big' }, { job: 4 }],
  ['/images/variations', { image: 'a.png', size: 'm' }, { variants: ['a.webp'] }],
  ['/v1/audio/speech', { input: 'Hi', voice: 'a', model: 'own' }, { url: 'x' }],
  ['/audio/transcriptions', { model: 'own' }, { job: 1 }],
  ['/api/embed', { model: 'a', input: 'b' }, { html: '<iframe>' }],
  ['/v1/embed', { texts: ['a'] }, { html: '<iframe>' }],
  ['/interactions', { input: 'click', model: 'page' }, { ok: true }],
  [
    '/v1beta/decisions',
    { input: 'a', model: 'own', questions: { b: { type: 'vote' } } },
    { answers: { b: 1 } },
  ],
  ['/v1/decisions', { input: 'a', model: 'own', questions: [{ type: 'vote' }] }, { answers: [] }],
  ['/v1beta/decisions', { input: 'a', model: 'own', questions: [{ type: 'vote' }] }, { answers: [] }],
  ['/v1/predictions', { input: { a: 1 }, version: 'x' }, { id: 'p', status: 'starting' }],
  // Telemetry that carries the JSON of calls.
  ['/runs/batch', { post: [{ inputs: { messages, model: 'gpt-x' } }] }, {}],
  ['/api/public/ingestion', { batch: [{ body: { messages, model: 'gpt-x' } }] }, { successes: [] }],
  ['/batch/', { batch: [{ event: '$ai_generation', properties: { messages } }] }, { status: 1 }],
  ['/v1/traces', { resourceSpans: [] }, {}],
  // Protocols of tools and agents.
  [
    '/mcp',
    { jsonrpc: '2.0', method: 'tools/call', params: {}, id: 1 },
    { jsonrpc: '2.0', id: 1, result: {} },
  ],
  [
    '/chat/completions',
    { jsonrpc: '2.0', method: 'message/send', messages, model: 'x', id: 1 },
    { jsonrpc: '2.0' },
  ],
  [
    '/_inference/chat_completion/e1/_stream',
    { messages },
    'event: message\ndata: {}\n\n',
    'text/event-stream',
  ],
  // Other services of the vendors, next to their models.
  ['/v1/batches', { input_file_id: 'f', endpoint: '/v1/chat/completions' }, { object: 'batch' }],
  ['/v1/files', 'x', { object: 'file' }],
  ['/v1/fine_tuning/jobs', { model: 'gpt-x', training_file: 'f' }, { object: 'fine_tuning.job' }],
  ['/v1/vector_stores/v/search', { query: 'a' }, { data: [] }],
  ['/v1beta/models/gemini-x:countTokens', { contents: [] }, { totalTokens: 3 }],
  ['/v1beta/models/gemini-x:batchGenerateContent', { batch: {} }, { name: 'batches/1' }],
  [
    '/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict',
    { model: 'x', messages },
    { input_tokens: 3 },
  ],
  // Bodies that are no objects, or do not match their content type.
  ['/v1/chat/completions', [1, 2], { ok: true }],
  ['/v1/chat/completions', 'no json', { ok: true }],
  ['/v1/chat/completions', { messages: 'none', model: 'x' }, { ok: true }],
  ['/v1/chat/completions', { messages }, { ok: true }],
  ['/v1/chat/completions', { messages: [], model: 'x' }, { ok: true }],
  ['/v1/chat/completions', null, { ok: true }],
  ['/graphql', { query: '{ messages { role } }' }, { data: {} }],
];

/** Each with another answer: an error, or nothing. */
const ANSWERS = [undefined, 404, 500] as const;

describe('requests that are no model calls', () => {
  let server: Loopback;
  let url: string;
  let answer: { body: unknown; type: string; status: number };
  let telemetry: Telemetry;
  let instrumentation: HttpClientsInstrumentation;
  let sdks: (OpenAIInstrumentation | AnthropicInstrumentation)[];
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        const { body, type, status } = answer;
        response.writeHead(status, { 'content-type': type });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
    url = server.url;
    telemetry = createTelemetry();
    instrumentation = telemetry.install(new HttpClientsInstrumentation());
    sdks = [new OpenAIInstrumentation(), new AnthropicInstrumentation()];
    for (const sdk of sdks) telemetry.install(sdk);
  });
  after(async () => {
    for (const each of [instrumentation, ...sdks]) each.disable();
    await server.close();
  });

  async function send(
    [path, sent, answered = {}, type = JSON_TYPE]: LookAlike,
    status = 200,
    more = {},
  ): Promise<void> {
    answer = { body: answered, type, status };
    const isForm = typeof sent === 'string' && sent.includes('=');
    const body = typeof sent === 'string' ? sent : JSON.stringify(sent);
    const headers = { 'content-type': isForm ? 'application/x-www-form-urlencoded' : JSON_TYPE, ...more };
    await (await fetch(`${url}${path}`, { method: 'POST', headers, body })).text();
    if (status !== 200) return;
    const request = httpRequest(`${url}${path}`, { method: 'POST', headers }).end(body);
    const [response] = await once(request, 'response');
    for await (const _ of response);
  }

  /** The generator of OpenAI's and Anthropic's SDKs has made those of vendors of other things, too. */
  const GENERATED = { 'x-stainless-lang': 'js', 'x-stainless-package-version': '0.5.0' };
  for (const [client, headers] of Object.entries({
    'any client': {},
    'an SDK by the same generator': GENERATED,
  }))
    it(`have no span, no matter what the server answers to ${client}`, async () => {
      let count = 0;
      for (const one of LOOK_ALIKES) {
        for (const status of ANSWERS) {
          await telemetry.reset();
          await send(one, status, headers);
          count += status === undefined ? 2 : 1;
          assert.equal(telemetry.started(), 0, `${one[0]} ${JSON.stringify(one[1])} ${status}`);
        }
      }
      assert.ok(count >= 200, `${count} requests`);
    });

  it('differ very little from calls', async () => {
    await telemetry.reset();
    await send([
      '/v1/embeddings',
      { input: 'text', model: 'own' },
      { object: 'list', data: [{ embedding: [1] }] },
    ]);
    // A server of one model, such as llama.cpp's.
    await send(['/v1/chat/completions', { messages }, { choices: [], model: 'llama' }]);
    await send([
      '/api/chat',
      { messages, model: 'llama' },
      { model: 'llama', created_at: 'now', message: {}, done: true },
    ]);
    await send([
      '/v1beta/decisions',
      { input: 'a', model: 'gemini-decision-1', questions: { b: { type: 'noul' } } },
      {
        answers: { b: { type: 'noul', noul: 0.9 } },
        usage: { total_input_tokens: 9, total_output_tokens: 0 },
      },
    ]);
    await send([
      '/v1/decisions',
      { input: 'a', model: 'gpt-6-luna', questions: [{ type: 'predicate' }] },
      { answers: [{ type: 'predicate' }], usage: { input_tokens: 9, output_tokens: 0, total_tokens: 9 } },
    ]);
    const spans = telemetry.spans();
    const decisions = spans.filter(({ name }) => name.startsWith('generate_content'));
    assert.deepEqual(
      decisions.map(({ name, attributes }) => [name, attributes['gen_ai.usage.input_tokens']]),
      ['gemini-decision-1', 'gemini-decision-1', 'gpt-6-luna', 'gpt-6-luna'].map((model) => [
        `generate_content ${model}`,
        9,
      ]),
    );
    assert.equal(spans.length, 10); // each is sent by fetch and by node:http
  });

  it('of an excluded host have none, even where they are calls', async () => {
    const call: LookAlike = ['/v1/chat/completions', { messages, model: 'x' }, { choices: [] }];
    await telemetry.reset();
    await send(call);
    assert.equal(telemetry.started(), 2);
    instrumentation.setConfig({ httpExclude: [new URL(url).host] });
    await telemetry.reset();
    await send(call);
    instrumentation.setConfig({ httpExclude: ['*.0.0.1'] });
    await send(call);
    assert.equal(telemetry.started(), 0);
    instrumentation.setConfig({});
  });
});
