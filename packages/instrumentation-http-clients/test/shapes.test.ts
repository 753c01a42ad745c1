/** Requests and answers as vendors document them, by the provider that the host is: each is one span with its tokens. */
import assert from 'node:assert/strict';
import { createTelemetry, type Telemetry } from '@llmtrace/test-fixtures';
import { frame } from '@llmtrace/test-fixtures/bodies/bedrock';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';

/** A body, or the events of a stream: of SSE, or bytes of Amazon's. */
type Answered = object | readonly unknown[];

interface Expected {
  readonly operation: string;
  readonly model?: string;
  readonly input?: number;
  readonly output?: number;
  readonly cached?: number;
  readonly finish?: string;
  readonly cost?: number;
}

type Row = readonly [
  title: string,
  path: string,
  sent: object,
  answered: Answered,
  expected: Expected,
  headers?: Readonly<Record<string, string>>,
];

/** Rows by the provider that the host is mapped to; without one it is a host that is not known. */
const GROUPS: (readonly [provider: string | undefined, rows: readonly Row[]])[] = [];

const messages = [{ role: 'user', content: 'Hi' }];
const parts = [{ role: 'user', content: [{ text: 'Hi' }] }];
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];

// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
const counts = { 'x-amzn-bedrock-input-token-count': '11', 'x-amzn-bedrock-output-token-count': '7' };
const chunk = (event: object): Uint8Array =>
  frame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') });
const METRICS = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 11, outputTokenCount: 7 } };

const invoked = (
  model: string,
  sent: object,
  answered: Answered,
  expected: Omit<Expected, 'model' | 'input'>,
  headers: Readonly<Record<string, string>> = {},
): Row => {
  const method = Array.isArray(answered) ? 'invoke-with-response-stream' : 'invoke';
  const path = `/model/${encodeURIComponent(model)}/${method}`;
  return [`${model} ${method}`, path, sent, answered, { ...expected, model, input: 11 }, headers];
};
const text = { operation: 'text_completion', output: 7, finish: 'stop' };
const chat = { operation: 'chat', output: 7, finish: 'stop' };

GROUPS.push([
  'aws.bedrock',
  [
    invoked(
      'amazon.nova-pro-v1:0',
      { messages: parts },
      {
        output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
      },
      { ...chat, cost: 0.0000156 },
      { 'x-amzn-bedrock-service-tier': 'flex' },
    ),
    invoked(
      'amazon.nova-pro-v1:0',
      { messages: parts },
      [
        chunk({ contentBlockDelta: { delta: { text: 'Hello' } } }),
        chunk({ messageStop: { stopReason: 'end_turn' } }),
        chunk({ metadata: { usage: { inputTokens: 11, outputTokens: 7 } }, ...METRICS }),
      ],
      chat,
    ),
    invoked(
      'amazon.titan-text-express-v1',
      { inputText: 'Hi' },
      { inputTextTokenCount: 11, results: [{ tokenCount: 7, outputText: 'a', completionReason: 'FINISH' }] },
      text,
    ),
    invoked(
      'meta.llama3-70b-instruct-v1:0',
      { prompt: 'Hi', max_gen_len: 5 },
      { generation: 'a', prompt_token_count: 11, generation_token_count: 7, stop_reason: 'stop' },
      text,
    ),
    invoked(
      'meta.llama3-70b-instruct-v1:0',
      { prompt: 'Hi', max_gen_len: 5 },
      [
        chunk({ generation: 'a', prompt_token_count: 11, generation_token_count: 1, stop_reason: null }),
        chunk({ generation: '', generation_token_count: 7, stop_reason: 'stop', ...METRICS }),
      ],
      text,
    ),
    // Only the headers have their counts.
    invoked(
      'mistral.mistral-7b-instruct-v0:2',
      { prompt: 'Hi' },
      { outputs: [{ text: 'a', stop_reason: 'stop' }] },
      text,
      counts,
    ),
    invoked(
      'deepseek.r1-v1:0',
      { prompt: 'Hi' },
      { choices: [{ text: 'a', stop_reason: 'stop' }] },
      text,
      counts,
    ),
    invoked(
      'cohere.command-r-v1:0',
      { message: 'Hi' },
      { generation_id: 'b', text: 'a', finish_reason: 'COMPLETE' },
      chat,
      counts,
    ),
    invoked('qwen.qwen3-32b-v1:0', { messages }, { choices, usage }, chat),
    invoked(
      'amazon.titan-embed-text-v2:0',
      { inputText: 'Hi' },
      { embedding: [0.1], inputTextTokenCount: 11 },
      { operation: 'embeddings' },
    ),
    invoked(
      'cohere.embed-english-v3',
      { texts: ['Hi'], input_type: 'search_query' },
      { embeddings: [[0.1]], id: 'a' },
      { operation: 'embeddings' },
      { 'x-amzn-bedrock-input-token-count': '11' },
    ),
  ],
]);

const isBytes = (event: unknown): boolean => event instanceof Uint8Array;

function bodyOf(answered: Answered): { type: string; body: string | Uint8Array } {
  if (!Array.isArray(answered)) return { type: 'application/json', body: JSON.stringify(answered) };
  if (answered.every(isBytes))
    return { type: 'application/vnd.amazon.eventstream', body: Buffer.concat(answered) };
  const body = answered.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  return { type: 'text/event-stream', body };
}

const known = (facts: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));

describe('documented requests and answers', () => {
  let server: Loopback;
  let row: Row;
  let telemetry: Telemetry;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        const { type, body } = bodyOf(row[3]);
        response.writeHead(200, { 'content-type': type, ...row[5] });
        response.end(body);
      });
    });
    telemetry = createTelemetry();
  });
  after(() => server.close());
  beforeEach(() => telemetry.reset());

  for (const [provider, rows] of GROUPS) {
    describe(provider ?? 'of hosts that are not known', () => {
      before(() => {
        const providerMap = provider === undefined ? {} : { [new URL(server.url).host]: provider };
        instrumentation = telemetry.install(new HttpClientsInstrumentation({ providerMap }));
      });
      after(() => instrumentation.disable());
      for (const one of rows) {
        it(one[0], async () => {
          row = one;
          const headers = { 'content-type': 'application/json' };
          await (
            await fetch(`${server.url}${one[1]}`, { method: 'POST', headers, body: JSON.stringify(one[2]) })
          ).text();
          const spans = telemetry.spans();
          assert.equal(spans.length, 1);
          const { attributes } = spans[0] as (typeof spans)[number];
          const [finish] = (attributes['gen_ai.response.finish_reasons'] as string[] | undefined) ?? [];
          if (provider !== undefined) assert.equal(attributes['gen_ai.provider.name'], provider);
          assert.deepEqual(
            known({
              operation: attributes['gen_ai.operation.name'],
              model: one[4].model && attributes['gen_ai.request.model'],
              input: attributes['gen_ai.usage.input_tokens'],
              output: attributes['gen_ai.usage.output_tokens'],
              cached: attributes['gen_ai.usage.cache_read.input_tokens'],
              finish,
              cost: one[4].cost && Number((attributes['gen_ai.usage.cost'] as number).toPrecision(6)),
            }),
            one[4],
          );
        });
      }
    });
  }
});
