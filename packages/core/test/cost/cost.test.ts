import assert from 'node:assert/strict';
import {
  type CostOptions,
  clearPrices,
  costOf,
  findPrice,
  type Priceable,
  priceOf,
  setPrice,
} from '../../src/cost/cost.ts';
import type { Cost, Usage } from '../../src/model/call.ts';

const PLAIN: Usage = { inputTokens: 1000, outputTokens: 100 };

function answered(provider: string, model: string, usage: Usage | undefined = PLAIN): Priceable {
  return { provider, request: { model }, response: { model, usage }, outcome: 'completed' };
}

function total(
  provider: string,
  model: string,
  usage: Usage = PLAIN,
  options?: CostOptions,
): number | undefined {
  return costOf(answered(provider, model, usage), options)?.total;
}

function near(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= 1e-12, `${actual}, not ${expected}`);
}

describe('the cost of a call', () => {
  afterEach(clearPrices);

  // Rates are USD per million tokens, as the vendors' price pages have them.
  const table: [what: string, provider: string, model: string, usage: Usage, expected: number][] = [
    ['input and output', 'openai', 'gpt-4o', PLAIN, (1000 * 2.5 + 100 * 10) / 1e6],
    ['input alone', 'openai', 'text-embedding-3-small', { inputTokens: 8000 }, (8000 * 0.02) / 1e6],
    [
      'tokens read from a cache',
      'openai',
      'gpt-4o',
      { inputTokens: 2000, outputTokens: 100, cacheReadTokens: 1536 },
      (464 * 2.5 + 1536 * 1.25 + 100 * 10) / 1e6,
    ],
    [
      'tokens written to a cache, for five minutes and for an hour',
      'anthropic',
      'claude-sonnet-4-5',
      {
        inputTokens: 5000,
        outputTokens: 100,
        cacheReadTokens: 1000,
        cacheWriteTokens: 3000,
        cacheWrite1hTokens: 1200,
      },
      (1000 * 3 + 1000 * 0.3 + 1800 * 3.75 + 1200 * 6 + 100 * 15) / 1e6,
    ],
    [
      'reasoning, at the rate of the output',
      'openai',
      'o3-mini',
      { inputTokens: 1000, outputTokens: 900, reasoningTokens: 800 },
      (1000 * 1.1 + 900 * 4.4) / 1e6,
    ],
    [
      'reasoning and citations at rates of their own, and searches',
      'perplexity',
      'sonar-deep-research',
      { inputTokens: 1000, outputTokens: 900, reasoningTokens: 300, citationTokens: 200, webSearches: 4 },
      (1000 * 2 + 400 * 8 + 300 * 3 + 200 * 2) / 1e6 + 4 * 0.005,
    ],
    ['the request itself', 'perplexity', 'sonar', PLAIN, (1000 + 100) / 1e6 + 0.012],
    [
      'audio, cached and not',
      'gcp.gemini',
      'gemini-2.0-flash',
      {
        inputTokens: 3000,
        outputTokens: 100,
        cacheReadTokens: 600,
        inputTextTokens: 1000,
        inputAudioTokens: 2000,
        cacheReadAudioTokens: 500,
      },
      (900 * 0.1 + 100 * 0.025 + 1500 * 0.7 + 500 * 0.175 + 100 * 0.4) / 1e6,
    ],
    [
      'images in and out',
      'openai',
      'gpt-image-1.5',
      { inputTokens: 500, outputTokens: 1100, inputImageTokens: 400, outputImageTokens: 1000 },
      (100 * 5 + 400 * 8 + 100 * 10 + 1000 * 32) / 1e6,
    ],
    ['all tokens at the rates below a tier', 'anthropic', 'claude-sonnet-4-5', { inputTokens: 200_000 }, 0.6],
    [
      'all tokens at the rates of the tier',
      'anthropic',
      'claude-sonnet-4-5',
      { inputTokens: 200_001 },
      1.200006,
    ],
    ['a free model', 'openrouter', 'openai/gpt-oss-20b:free', PLAIN, 0],
    [
      "another provider's model",
      'azure.ai.openai',
      'gpt-4o-2024-08-06',
      PLAIN,
      (1000 * 2.5 + 100 * 10) / 1e6,
    ],
  ];
  for (const [what, provider, model, usage, expected] of table) {
    it(`counts ${what}`, () => near(total(provider, model, usage), expected));
  }

  it('is split into what the input and what the output cost', () => {
    const cost = costOf(answered('openai', 'gpt-4o'));
    assert.deepEqual(cost, { total: 0.0035, input: 0.0025, output: 0.001, source: 'local' } satisfies Cost);
  });

  it('depends on the date', () => {
    const usage = { inputTokens: 1e6 };
    const at = (date: string) =>
      total('gcp.gemini', 'gemini-4-argon', usage, { now: () => Date.parse(date) });
    near(at('2026-11-30T23:59:59.999Z'), 2);
    near(at('2026-12-01T00:00:00Z'), 4);
  });

  it('depends on the time of the day', () => {
    const usage = { inputTokens: 1e6 };
    const at = (time: string) =>
      total('deepseek', 'deepseek-chat', usage, { now: () => Date.parse(`2026-11-01T${time}Z`) });
    near(at('00:29:59.999'), 0.135);
    near(at('00:30:00'), 0.27);
    near(at('16:29:59.999'), 0.27);
    near(at('16:30:00'), 0.135);
  });

  it('depends on the day of the week', () => {
    const usage = { inputTokens: 1e6 };
    const at = (date: string) => total('deepseek', 'deepseek-flash', usage, { now: () => Date.parse(date) });
    near(at('2026-11-27T02:00:00Z'), 0.3); // a Friday
    near(at('2026-11-27T05:00:00Z'), 0.15);
    near(at('2026-11-28T02:00:00Z'), 0.15);
    near(at('2026-11-29T02:00:00Z'), 0.15);
    near(at('2026-11-30T02:00:00Z'), 0.3);
  });

  for (const [provider, model] of [
    ['openai', 'gpt-4o-mini'],
    ['azure.ai.openai', 'gpt-4o-mini'],
    ['azure.ai.inference', 'gpt-4o-mini'],
    ['anthropic', 'claude-haiku-4-5-20251001'],
    ['aws.bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['gcp.gemini', 'gemini-2.5-flash'],
    ['gcp.vertex_ai', 'claude-sonnet-4-5@20250929'],
    ['gcp.gen_ai', 'gemini-2.5-pro'],
    ['groq', 'llama-3.3-70b-versatile'],
    ['deepseek', 'deepseek-chat'],
    ['mistral_ai', 'mistral-small-latest'],
    ['x_ai', 'grok-4'],
    ['perplexity', 'sonar'],
    ['moonshot_ai', 'kimi-k2-0711-preview'],
    ['cohere', 'command-r-plus'],
    ['openrouter', 'anthropic/claude-sonnet-4.5'],
    ['together_ai', 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
    ['fireworks_ai', 'accounts/fireworks/models/deepseek-v3p2'],
    ['cerebras', 'gpt-oss-120b'],
    ['novita', 'Sao10K/L3-8B-Stheno-v3.2'],
  ] as const) {
    it(`is known for ${model} of ${provider}`, () => assert.ok(total(provider, model)! > 0));
  }

  it('is that of the model that answered, and else of the requested one', () => {
    const call = (response: string | undefined, request: string | undefined) =>
      costOf({
        provider: 'openai',
        request: { model: request },
        response: { model: response, usage: PLAIN },
        outcome: 'completed',
      })?.total;
    near(call('gpt-4o-mini-2024-07-18', 'gpt-4o'), (1000 * 0.15 + 100 * 0.6) / 1e6);
    near(call('some-snapshot', 'gpt-4o'), 0.0035);
    near(call(undefined, 'gpt-4o'), 0.0035);
    assert.equal(call(undefined, undefined), undefined);
  });

  it('is absent for an unknown model or provider', () => {
    assert.equal(total('openai', 'my-own-model'), undefined);
    assert.equal(total('my-gateway', 'gpt-4o'), undefined);
    assert.equal(total('ibm.watsonx.ai', 'granite-3-8b-instruct'), undefined);
    for (const name of ['__proto__', 'constructor', 'toString', '']) {
      assert.equal(total(name, 'gpt-4o'), undefined);
      assert.equal(total('openai', name), undefined);
      assert.equal(total('openai', name, PLAIN, { models: {} }), undefined);
    }
  });

  it('is absent, never 0, for what is billed by the hour', () => {
    assert.equal(total('openai', 'whisper-1', { inputTokens: 0, outputTokens: 0 }), undefined);
  });

  it('is absent without any count of tokens', () => {
    assert.equal(costOf(answered('openai', 'gpt-4o', {})), undefined);
    assert.equal(costOf(answered('perplexity', 'sonar', { webSearches: 1 })), undefined);
    const call: Priceable = {
      provider: 'openai',
      request: { model: 'gpt-4o' },
      response: {},
      outcome: 'failed',
    };
    assert.equal(costOf(call), undefined);
  });

  const unsound: [what: string, provider: string, model: string, usage: Usage][] = [
    ['parts are greater than their whole', 'openai', 'gpt-4o', { inputTokens: 10, cacheReadTokens: 11 }],
    ['parts have no whole', 'openai', 'gpt-4o', { outputTokens: 10, cacheReadTokens: 5 }],
    ['a count is negative', 'openai', 'gpt-4o', { inputTokens: 10, outputTokens: -1 }],
    ['a count is not finite', 'openai', 'gpt-4o', { inputTokens: Number.POSITIVE_INFINITY }],
    [
      'the answer does not split cached input into text and audio',
      'gcp.gemini',
      'gemini-2.0-flash',
      { inputTokens: 100, cacheReadTokens: 50, inputAudioTokens: 60 },
    ],
  ];
  for (const [what, provider, model, usage] of unsound) {
    it(`is absent where ${what}`, () => {
      assert.equal(total(provider, model, usage), undefined);
      assert.ok(!Number.isFinite(priceOf(findPrice(provider, model)!.price, usage)));
    });
  }

  it('is what the provider reports, whatever the prices say', () => {
    setPrice('gpt-4o', { inputPer1M: 1000 });
    const cost = costOf(answered('openrouter', 'gpt-4o', { ...PLAIN, reportedCost: 0.0042 }));
    assert.deepEqual(cost, { total: 0.0042, source: 'provider' });
    assert.deepEqual(costOf(answered('my-gateway', 'x', { reportedCost: 0 })), {
      total: 0,
      source: 'provider',
    });
    near(total('openai', 'gpt-4o-mini', { ...PLAIN, reportedCost: -1 }), (1000 * 0.15 + 100 * 0.6) / 1e6);
  });

  for (const outcome of ['cancelled', 'abandoned'] as const) {
    it(`is partial where the call was ${outcome}`, () => {
      const rest = { partial: true, missing: ['output_tokens'] };
      const cost = costOf({ ...answered('openai', 'gpt-4o'), outcome });
      assert.deepEqual(cost, { total: 0.0035, input: 0.0025, output: 0.001, source: 'local', ...rest });
      const reported = costOf({ ...answered('openai', 'gpt-4o', { reportedCost: 1 }), outcome });
      assert.deepEqual(reported, { total: 1, source: 'provider', ...rest });
    });
  }

  it('is what the provider reports, or not known, where the call failed', () => {
    assert.equal(costOf({ ...answered('openai', 'gpt-4o'), outcome: 'failed' }), undefined);
    const reported = costOf({ ...answered('openai', 'gpt-4o', { reportedCost: 1 }), outcome: 'failed' });
    assert.deepEqual(reported, { total: 1, source: 'provider', partial: true, missing: ['output_tokens'] });
  });
});
