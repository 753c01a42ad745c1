/** Decisions, through the real SDK: one span each, with tokens and the cost of the input alone. */
import assert from 'node:assert/strict';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const usage = {
  input_tokens: 1000,
  output_tokens: 4,
  total_tokens: 1004,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens_details: { reasoning_tokens: 0 },
};
const decision = {
  model: 'gpt-6-luna',
  answers: [{ type: 'predicate', name: null, probability: 0.9 }],
  usage,
};
const request = {
  model: 'gpt-6-luna',
  input: 'Is it?',
  questions: [{ type: 'predicate', instructions: 'Is it a question?' }],
};

describe('decisions of openai', () => {
  const telemetry = createTelemetry();
  let OpenAI: any;
  let instrumentation: OpenAIInstrumentation;
  before(async () => {
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    ({ OpenAI } = (await loadSdk({ set: 'openai-7', package: 'openai', format: 'cjs' })).exports);
  });
  beforeEach(() => telemetry.reset());
  after(() => instrumentation.disable());

  const clientOf = (status: number, body: object): any =>
    new OpenAI({ apiKey: 'sk-test', maxRetries: 0, fetch: async () => Response.json(body, { status }) });

  it('are calls whose output is free', async () => {
    const answer = await clientOf(200, decision).decisions.create(request);
    assert.deepEqual(answer, decision);
    const [span, ...others] = telemetry.spans();
    assert.deepEqual(others, []);
    assert.equal(span?.name, 'generate_content gpt-6-luna');
    assert.equal(span?.attributes['gen_ai.usage.input_tokens'], 1000);
    assert.equal(span?.attributes['gen_ai.usage.output_tokens'], 4);
    assert.equal(span?.attributes['gen_ai.usage.cost'], (1000 * 0.1) / 1e6);
  });

  it('may be refused', async () => {
    const error = { message: 'no', type: 'invalid_request_error' };
    await assert.rejects(clientOf(400, { error }).decisions.create(request));
    assert.equal(telemetry.spans()[0]?.attributes['error.type'], 'BadRequestError');
  });
});
