/** Errors that come within an answer whose status was that of success, as vendors and servers write them. */
import assert from 'node:assert/strict';
import { createTelemetry, type Telemetry } from '@llmtrace/test-fixtures';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';

type Row = readonly [
  title: string,
  asked: readonly [path: string, sent: object, provider?: string | undefined],
  events: readonly object[],
  error: string,
  category: string,
];

const messages = [{ role: 'user', content: 'Hi' }];
const asked = { model: 'm', messages, stream: true };
const chunk = { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'a' } }] };
const chat = (provider?: string) => ['/v1/chat/completions', asked, provider] as const;
const failed = { object: 'error', message: 'broke', type: 'InternalServerError', param: null };
const OCI = {
  compartmentId: 'c',
  servingMode: { modelId: 'm' },
  chatRequest: { message: 'Hi', isStream: true },
};
const AIGC = '/api/v1/services/aigc/text-generation/generation';
const started = { type: 'response.created', response: { id: 'r', object: 'response' } };
const responses = ['/v1/responses', { model: 'm', input: 'Hi', stream: true }] as const;
const counts = { prompt_tokens: 1, completion_tokens: 1 };
const aborted = { type: 'abort', message: 'no memory', status_code: 503 };

const ROWS: readonly Row[] = [
  ['vLLM', chat(), [chunk, { error: { ...failed, code: 500 } }], '500', 'server'],
  ['an older vLLM, and SGLang', chat(), [chunk, { ...failed, code: 500 }], '500', 'server'],
  ['Mistral', chat('mistral_ai'), [chunk, { ...failed, code: '3000' }], '3000', 'unknown'],
  [
    'Databricks',
    chat('databricks'),
    [chunk, { error_code: 'TEMPORARILY_UNAVAILABLE', message: 'later' }],
    'TEMPORARILY_UNAVAILABLE',
    'server',
  ],
  [
    'Snowflake',
    ['/api/v2/cortex/inference:complete', asked, 'snowflake'],
    [chunk, { message: 'broke', code: '370001', request_id: 'r' }],
    '370001',
    'unknown',
  ],
  [
    'OCI',
    ['/20231130/actions/chat', OCI],
    [{ text: 'a' }, { code: '500', message: 'broke' }],
    '500',
    'server',
  ],
  [
    'Alibaba',
    [AIGC, { model: 'm', input: { prompt: 'Hi' } }, 'alibaba'],
    [{ output: { text: 'a' } }, { code: 'InternalError', message: 'broke', request_id: 'r' }],
    'InternalError',
    'server',
  ],
  [
    'Cohere',
    ['/v2/chat', asked, 'cohere'],
    [
      { type: 'message-start', id: 'i' },
      { type: 'message-end', delta: { finish_reason: 'ERROR' } },
    ],
    'ERROR',
    'unknown',
  ],
  [
    "Cohere's first version",
    ['/v1/chat', { message: 'Hi', stream: true }, 'cohere'],
    [
      { event_type: 'stream-start', generation_id: 'g' },
      { event_type: 'stream-end', finish_reason: 'ERROR', error: 'broke', response: {} },
    ],
    'ERROR',
    'unknown',
  ],
  [
    'TGI',
    ['/generate_stream', { inputs: 'Hi' }],
    [{ token: { id: 1, text: 'a' } }, { error: 'broke', error_type: 'generation' }],
    'generation',
    'server',
  ],
  [
    'watsonx',
    ['/ml/v1/text/generation_stream', { model_id: 'm', input: 'Hi' }],
    [{ results: [{ generated_text: 'a' }] }, { errors: [{ code: 'x', message: 'broke' }], status_code: 500 }],
    '500',
    'server',
  ],
  [
    'Reka',
    ['/v1/chat', { model: 'reka-flash', messages, stream: true }, 'reka'],
    [{ responses: [{ chunk: {} }] }, { detail: 'broke' }],
    'error',
    'unknown',
  ],
  [
    'SGLang, which stops a request',
    ['/generate', { text: 'Hi', stream: true }],
    [{ text: 'a', meta_info: { ...counts, finish_reason: aborted } }],
    '503',
    'server',
  ],
  [
    'Responses',
    responses,
    [started, { type: 'error', code: 'rate_limit_exceeded', message: 'slow', param: null }],
    'rate_limit_exceeded',
    'rate_limit',
  ],
];

describe('errors within streams', () => {
  let server: Loopback;
  let events: readonly object[];
  let telemetry: Telemetry;
  let instrumentation: HttpClientsInstrumentation | undefined;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
      });
    });
    telemetry = createTelemetry();
  });
  after(() => server.close());
  beforeEach(() => telemetry.reset());
  afterEach(() => instrumentation?.disable());

  for (const [title, [path, sent, provider], sends, error, category] of ROWS)
    it(title, async () => {
      events = sends;
      const providerMap = provider === undefined ? {} : { [new URL(server.url).host]: provider };
      instrumentation = telemetry.install(new HttpClientsInstrumentation({ providerMap }));
      const headers = { 'content-type': 'application/json' };
      await (await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(sent) })).text();
      const [{ attributes = {} } = {}, ...others] = telemetry.spans();
      assert.equal(others.length, 0);
      assert.equal(attributes['error.type'], error);
      assert.equal(attributes['llmtrace.error.category'], category);
      assert.equal(attributes['gen_ai.usage.cost'], undefined);
    });
});
