/** The switches of the conventions, and the usage of streams that llmtrace requests as an option. */
import assert from 'node:assert/strict';
import type { LlmTraceConfig } from '@llmtrace/core';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, type MetricPoint } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };

interface Emitted {
  names: string[];
  points: MetricPoint[];
  attributes: Record<string, unknown>;
}

/** The test server's host has no prices. */
const modelMap = {
  'gpt-4o-mini': 'openai:gpt-4o-mini',
  'text-embedding-3-small': 'openai:text-embedding-3-small',
};

describe('the switches of the conventions', () => {
  let vendor: VendorServer;
  let instrumentation: OpenAIInstrumentation;
  let client: any;

  before(async () => {
    vendor = await startVendorServer();
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    const { exports } = await loadSdk({ set: 'openai-6', package: 'openai', format: 'cjs' });
    client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1` });
  });
  after(async () => {
    instrumentation.disable();
    await vendor.close();
  });

  async function emitted(config: LlmTraceConfig, call: () => Promise<unknown>): Promise<Emitted> {
    instrumentation.setConfig({ modelMap, ...config });
    await telemetry.reset();
    await call();
    await telemetry.ended();
    const points = await telemetry.metrics();
    const attributes = { ...telemetry.spans()[0]?.attributes };
    return { names: [...new Set(points.map(({ name }) => name))].sort(), points, attributes };
  }

  const chat = () => client.chat.completions.create(body);
  const embed = () => client.embeddings.create({ model: 'text-embedding-3-small', input: 'hello' });
  const OURS = ['llmtrace.client.active_requests', 'llmtrace.client.cost'];
  const RELEASED = ['gen_ai.client.operation.duration', 'gen_ai.client.token.usage'];
  const LATEST = [
    'gen_ai.client.inference.duration',
    'gen_ai.client.inference.operation.input_tokens',
    'gen_ai.client.inference.operation.output_tokens',
    'gen_ai.client.inference.usage.cache_read.input_tokens',
    'gen_ai.client.inference.usage.input_tokens',
    'gen_ai.client.inference.usage.output_tokens',
    'gen_ai.client.inference.usage.reasoning.output_tokens',
  ];

  it('measure by the released conventions by default', async () => {
    const { names } = await emitted({}, chat);
    assert.deepEqual(names, [...RELEASED, ...OURS]);
  });

  it('measure by the newest draft with latest, tokens by modality', async () => {
    const { names, points } = await emitted({ semconv: 'latest' }, chat);
    assert.deepEqual(names, [...LATEST, ...OURS].sort());
    const input = points.filter(({ name }) => name === 'gen_ai.client.inference.usage.input_tokens');
    assert.deepEqual(
      input.map(({ attributes, sum }) => [attributes['gen_ai.token.modality'], sum]),
      [['unknown', 1346]],
    );
  });

  it('measure by both with dup, an embedding once by the duration that both have', async () => {
    const { names } = await emitted({ semconv: 'dup' }, chat);
    assert.deepEqual(names, [...RELEASED, ...LATEST, ...OURS].sort());
    const { points } = await emitted({ semconv: 'dup' }, embed);
    const durations = points.filter(({ name }) => name.endsWith('.duration'));
    assert.deepEqual(
      durations.map(({ name, count }) => [name, count]),
      [['gen_ai.client.operation.duration', 1]],
    );
  });

  it('choose the name of the cost', async () => {
    const { names, attributes } = await emitted({ costSemconv: 'draft' }, chat);
    assert.ok(names.includes('gen_ai.client.operation.cost'));
    assert.equal(typeof attributes['gen_ai.usage.cost.amount'], 'number');
    assert.equal(attributes['gen_ai.usage.cost'], undefined);
  });

  it('count a call whose model has no price', async () => {
    const { names, points } = await emitted({}, () =>
      client.chat.completions.create({ ...body, model: 'mine' }),
    );
    assert.ok(!names.includes('llmtrace.client.cost'));
    assert.equal(points.find(({ name }) => name === 'llmtrace.client.unpriced_calls')?.sum, 1);
  });

  it('follow a map of providers and a map of models', async () => {
    const providerMap = { [new URL(vendor.url).host]: 'groq' };
    const config = { providerMap, modelMap: { mine: 'openai:gpt-4o-mini' } };
    const { attributes } = await emitted(config, () =>
      client.chat.completions.create({ ...body, model: 'mine' }),
    );
    assert.equal(attributes['gen_ai.provider.name'], 'groq');
    assert.equal(typeof attributes['gen_ai.usage.cost'], 'number');
    assert.equal(attributes['openai.api.type'], undefined);
  });
});

describe('the usage of a stream, which llmtrace requests for the application', () => {
  for (const set of ['openai-4', 'openai-5', 'openai-6', 'openai-7']) {
    it(`is recorded, and the application gets the same chunks, with ${set}`, async () => {
      const vendor = await startVendorServer();
      const instrumentation = telemetry.install(
        new OpenAIInstrumentation({ requestStreamUsage: true, modelMap }),
      );
      const { exports } = await loadSdk({ set, package: 'openai', format: 'cjs' });
      const client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1` });
      const chunksOf = async () => {
        const chunks: unknown[] = [];
        vendor.clear();
        for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
          chunks.push(chunk);
        }
        return chunks;
      };
      await telemetry.reset();
      const first = await chunksOf(); // it shows whether the host sends the usage unasked
      await telemetry.ended();
      assert.equal(telemetry.spans()[0]?.attributes['gen_ai.usage.input_tokens'], undefined);
      await telemetry.reset();
      const observed = await chunksOf();
      assert.deepEqual(observed, first);
      await telemetry.ended();
      const [span] = telemetry.spans();
      assert.equal(span?.attributes['gen_ai.usage.input_tokens'], 1346);
      assert.equal(typeof span?.attributes['gen_ai.usage.cost'], 'number');
      instrumentation.disable();
      assert.deepEqual(observed, await chunksOf());
      await vendor.close();
    });
  }

  /** A host that sends the usage of every stream, in a chunk of its own. */
  const eager = async (): Promise<Response> => {
    const chunk = { id: 'c1', object: 'chat.completion.chunk', model: 'm' };
    const lines = [
      { ...chunk, choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] },
      { ...chunk, choices: [], usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 } },
    ].map((data) => `data: ${JSON.stringify(data)}\n\n`);
    const headers = { 'content-type': 'text/event-stream' };
    return new Response(`${lines.join('')}data: [DONE]\n\n`, { headers });
  };

  it('is the application’s where the host sends it anyway', async () => {
    const sent: string[] = [];
    const instrumentation = telemetry.install(
      new OpenAIInstrumentation({ requestStreamUsage: true, modelMap }),
    );
    const { exports } = await loadSdk({ set: 'openai-7', package: 'openai', format: 'cjs' });
    const fetch = (_url: string, { body }: { body: string }) => {
      sent.push(body);
      return eager();
    };
    const client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: 'http://eager.example/v1', fetch });
    for (let stream = 0; stream < 3; stream++) {
      const chunks: { usage?: unknown }[] = [];
      for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
        chunks.push(chunk);
      }
      assert.deepEqual(
        chunks.map(({ usage }) => usage !== undefined),
        [false, true],
      );
    }
    instrumentation.disable();
    assert.equal(sent.length, 3);
    assert.doesNotMatch(sent.join(), /include_usage/);
  });
});
