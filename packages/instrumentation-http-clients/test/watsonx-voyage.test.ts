/** The requests of `@ibm-cloud/watsonx-ai` and `voyageai` that no other vendor has: each is one span with its tokens. */
import assert from 'node:assert/strict';
import { createTelemetry, type Telemetry } from '@llmtrace/test-fixtures';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const model_id = 'ibm/granite-3-8b-instruct';
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];
const chat = { id: 'chat-1', model_id, choices, usage };

const events = (list: readonly unknown[]): string =>
  list.map((data, index) => `id: ${index}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`).join('');
const piece = (generated_text: string, output: number, input: number, stop_reason: string): object => ({
  model_id,
  results: [{ generated_text, generated_token_count: output, input_token_count: input, stop_reason }],
});
const chunk = (delta: object, finish_reason: string | null, more = {}): object => ({
  id: 'chat-1',
  model_id,
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});

const CHAT_STREAM = events([
  chunk({ role: 'assistant', content: 'Hel' }, null),
  chunk({ content: 'lo' }, 'stop'),
  chunk({}, null, { choices: [], usage }),
]);
const TEXT_STREAM = events([
  piece('', 0, 11, 'not_finished'),
  piece('Hel', 3, 0, 'not_finished'),
  piece('lo', 7, 0, 'max_tokens'),
]);

interface Expected {
  readonly operation: string;
  readonly provider: string;
  readonly model: string;
  readonly tokens: readonly [input: number, output?: number];
  readonly finish?: string;
}

const watsonx = (operation: string, output?: number, finish?: string, model = model_id): Expected => ({
  operation,
  provider: 'ibm.watsonx.ai',
  model,
  tokens: output === undefined ? [11] : [11, output],
  ...(finish !== undefined && { finish }),
});
const voyage = (model: string): Expected => ({
  operation: 'embeddings',
  provider: 'voyageai',
  model,
  tokens: [11],
});

const DEPLOYMENT = '/ml/v1/deployments/my-model/text';
const embeddings = { model_id, results: [{ embedding: [0.1, 0.2] }], input_token_count: 11 };
const ranking = { model_id, results: [{ index: 0, score: 0.5 }], input_token_count: 11 };
const vectors = { object: 'list', data: [{ embedding: [0.1] }], usage: { total_tokens: 11 } };

const CALLS: readonly (readonly [path: string, sent: object, answered: unknown, expected: Expected])[] = [
  ['/ml/v1/text/chat', { model_id, messages }, chat, watsonx('chat', 7, 'stop')],
  ['/ml/v1/text/chat_stream', { model_id, messages }, CHAT_STREAM, watsonx('chat', 7, 'stop')],
  [`${DEPLOYMENT}/chat`, { messages }, chat, watsonx('chat', 7, 'stop', 'my-model')],
  [`${DEPLOYMENT}/chat_stream`, { messages }, CHAT_STREAM, watsonx('chat', 7, 'stop', 'my-model')],
  [
    '/ml/v1/text/generation',
    { model_id, input: 'Hi', parameters: { max_new_tokens: 7 } },
    piece('Hello', 7, 11, 'eos_token'),
    watsonx('text_completion', 7, 'stop'),
  ],
  [
    '/ml/v1/text/generation_stream',
    { model_id, input: 'Hi' },
    TEXT_STREAM,
    watsonx('text_completion', 7, 'length'),
  ],
  [
    `${DEPLOYMENT}/generation`,
    { parameters: { prompt_variables: {} } },
    piece('Hello', 7, 11, 'eos_token'),
    watsonx('text_completion', 7, 'stop', 'my-model'),
  ],
  ['/ml/v1/text/embeddings', { model_id, inputs: ['a', 'b'] }, embeddings, watsonx('embeddings')],
  ['/ml/v1/text/rerank', { model_id, query: 'a', inputs: [{ text: 'b' }] }, ranking, watsonx('rerank')],
  [
    '/v1/multimodalembeddings',
    { model: 'voyage-multimodal-3', inputs: [{ content: [{ type: 'text', text: 'a' }] }] },
    { ...vectors, model: 'voyage-multimodal-3' },
    voyage('voyage-multimodal-3'),
  ],
  [
    '/v1/contextualizedembeddings',
    { model: 'voyage-context-3', inputs: [['a', 'b']] },
    { ...vectors, model: 'voyage-context-3' },
    voyage('voyage-context-3'),
  ],
];

/** Requests of an application's services, whose paths have the same words. */
const OTHERS: readonly (readonly [path: string, sent: object])[] = [
  ['/v1/multimodalembeddings', { model: 'x', inputs: ['a'] }],
  ['/ml/v1/text/generation', { input: 'Hi' }],
  ['/text/generation', { model_id, input: 'Hi' }],
  ['/generation', { model: 'x', input: 'Hi' }],
];

describe('requests of watsonx and Voyage', () => {
  let server: Loopback;
  let answer: unknown;
  let telemetry: Telemetry;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        const isStream = typeof answer === 'string';
        response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
        response.end(isStream ? answer : JSON.stringify(answer));
      });
    });
    telemetry = createTelemetry();
    instrumentation = telemetry.install(new HttpClientsInstrumentation());
  });
  after(async () => {
    instrumentation.disable();
    await server.close();
  });
  beforeEach(() => telemetry.reset());

  async function send(path: string, sent: object, answered: unknown): Promise<void> {
    answer = answered;
    const headers = { 'content-type': 'application/json' };
    await (
      await fetch(`${server.url}${path}?version=1`, { method: 'POST', headers, body: JSON.stringify(sent) })
    ).text();
  }

  for (const [path, sent, answered, expected] of CALLS) {
    it(path, async () => {
      await send(path, sent, answered);
      const spans = telemetry.spans();
      assert.equal(spans.length, 1);
      const { attributes } = spans[0] as (typeof spans)[number];
      assert.deepEqual(
        {
          operation: attributes['gen_ai.operation.name'],
          provider: attributes['gen_ai.provider.name'],
          model: attributes['gen_ai.request.model'],
          tokens: [attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.output_tokens']].filter(
            (count) => count !== undefined,
          ),
          ...(expected.finish !== undefined && {
            finish: (attributes['gen_ai.response.finish_reasons'] as string[])[0],
          }),
        },
        expected,
      );
      assert.equal(attributes['gen_ai.request.stream'] === true, path.endsWith('_stream'));
    });
  }

  it('have no span where they are those of another service', async () => {
    for (const [path, sent] of OTHERS) await send(path, sent, { ok: true });
    assert.equal(telemetry.started(), 0);
  });
});
