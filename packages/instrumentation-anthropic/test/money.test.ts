/** The costs of messages in addition to their tokens, through the real SDK. */
import assert from 'node:assert/strict';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { AnthropicInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const OWN = (1000 * 3 + 100 * 15) / 1e6;
const message = (usage: object, more = {}) => ({
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
  content: [],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1000, output_tokens: 100, ...usage },
  ...more,
});
const compaction = { type: 'compaction', input_tokens: 180000, output_tokens: 3500 };

interface Row {
  readonly what: string;
  readonly body?: object;
  readonly events?: readonly object[];
  readonly cost?: number;
  readonly missing?: readonly string[];
  readonly error?: string;
}

const start = {
  type: 'message_start',
  message: message({ output_tokens: 1, inference_geo: 'us' }, { stop_reason: null }),
};

const ROWS: readonly Row[] = [
  {
    what: 'a compaction',
    body: message({ iterations: [compaction, { type: 'message', input_tokens: 1000, output_tokens: 100 }] }),
    cost: OWN + (180000 * 3 + 3500 * 15) / 1e6,
  },
  {
    what: 'an advisor',
    body: message({ iterations: [{ ...compaction, type: 'advisor_message', model: 'claude-opus-5-5' }] }),
    cost: OWN + (180000 * 4 + 3500 * 20) / 1e6,
  },
  { what: 'inference in the US', body: message({ inference_geo: 'us' }), cost: OWN * 1.1 },
  { what: 'a batch', body: message({ service_tier: 'batch' }), cost: OWN / 2 },
  { what: 'searches', body: message({ server_tool_use: { web_search_requests: 2 } }), cost: OWN + 0.02 },
  {
    what: 'a container',
    body: message({}, { container: { id: 'c', expires_at: 'x' } }),
    cost: OWN,
    missing: ['code_execution'],
  },
  {
    what: 'a container beside searches, which make it free',
    body: message({ server_tool_use: { web_search_requests: 1 } }, { container: { id: 'c' } }),
    cost: OWN + 0.01,
  },
  {
    what: 'a fallback for which a credit was redeemed',
    body: message({ fallback_credit: { status: { type: 'redeemed' } } }),
    cost: OWN,
    missing: ['usage'],
  },
  {
    what: 'a stream with a compaction, in the US',
    events: [
      start,
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: 100, iterations: [compaction] },
      },
      { type: 'message_stop' },
    ],
    cost: (OWN + (180000 * 3 + 3500 * 15) / 1e6) * 1.1,
  },
  { what: 'a stream that ended without its usage', events: [start, { type: 'message_stop' }] },
  {
    what: 'an error in the place of a message',
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    error: 'overloaded_error',
  },
];

describe('the cost of a message', () => {
  let Anthropic: any;
  let instrumentation: AnthropicInstrumentation;

  before(async () => {
    instrumentation = telemetry.install(new AnthropicInstrumentation());
    const { exports } = await loadSdk({ set: 'anthropic-1', package: '@anthropic-ai/sdk', format: 'cjs' });
    Anthropic = exports.Anthropic;
  });
  after(() => instrumentation.disable());

  const reply = ({ body, events = [] }: Row): Response => {
    if (body) return Response.json(body);
    const lines = events.map((event: any) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    return new Response(lines.join(''), { headers: { 'content-type': 'text/event-stream' } });
  };

  for (const row of ROWS) {
    it(`is right with ${row.what}`, async () => {
      await telemetry.reset();
      const client = new Anthropic({ apiKey: 'x', fetch: async () => reply(row) });
      const ask = { model: 'claude-sonnet-4-6', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] };
      if (row.body) await client.messages.create(ask);
      else for await (const _ of await client.messages.create({ ...ask, stream: true }));
      await telemetry.ended();
      const { attributes = {} } = telemetry.spans()[0] ?? {};
      const cost = attributes['gen_ai.usage.cost'];
      if (row.cost === undefined) assert.equal(cost, undefined);
      else assert.ok(Math.abs(Number(cost) - row.cost) < 1e-9, `${cost}, not ${row.cost}`);
      assert.deepEqual(attributes['llmtrace.cost.missing'], row.missing);
      assert.equal(attributes['error.type'], row.error);
    });
  }
});

describe('the cost of a batch of messages', () => {
  it('is reported once, by model, when its results are read to their end', async () => {
    const instrumentation = telemetry.install(new AnthropicInstrumentation());
    const { exports } = await loadSdk({ set: 'anthropic-1', package: '@anthropic-ai/sdk', format: 'cjs' });
    const lines = [
      { custom_id: 'a', result: { type: 'succeeded', message: message({}) } },
      { custom_id: 'b', result: { type: 'succeeded', message: message({}, { model: 'claude-opus-5' }) } },
      { custom_id: 'c', result: { type: 'errored', error: {} } },
      { custom_id: 'd', result: { type: 'succeeded', message: message({}) } },
    ];
    const fetch = async (url: unknown) =>
      String(url).endsWith('/results')
        ? new Response(lines.map((line) => JSON.stringify(line)).join('\n'))
        : Response.json({
            ...{ id: 'msgbatch_1', type: 'message_batch', processing_status: 'ended' },
            results_url: 'https://api.anthropic.com/v1/messages/batches/msgbatch_1/results',
          });
    const client = new exports['Anthropic']({ apiKey: 'x', fetch });
    await telemetry.reset();
    const read = async (most: number) => {
      let count = 0;
      for await (const _ of await client.messages.batches.results('msgbatch_1')) if (++count === most) break;
      return count;
    };
    assert.equal(await read(1), 1);
    assert.equal(telemetry.spans().length, 0);
    assert.equal(await read(9), 4);
    assert.equal(await read(9), 4);
    const [span, ...others] = telemetry.spans();
    assert.deepEqual(others, []);
    const opus = (1000 * 5 + 100 * 25) / 1e6;
    assert.ok(Math.abs(Number(span?.attributes['gen_ai.usage.cost']) - (2 * OWN + opus) / 2) < 1e-12);
    assert.equal(span?.attributes['gen_ai.usage.input_tokens'], 3000);
    instrumentation.disable();
  });
});
