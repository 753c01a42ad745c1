/** Costs besides tokens: fees, regions, tiers, calls within a call; and the parts that are missing from a cost. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { clearPrices, costOf, type Priceable, setPrice } from '../../src/cost/cost.ts';
import type { Billing } from '../../src/model/billing.ts';
import type { LlmResponse } from '../../src/model/call.ts';

type Some = Partial<Omit<Priceable, 'response'>> & { readonly response?: Partial<LlmResponse> };

const TOKENS = { inputTokens: 1000, outputTokens: 200 };

function cost(provider: string, model: string, { response, ...call }: Some = {}) {
  return costOf({
    provider,
    request: { model },
    response: { model, usage: { ...TOKENS }, ...response },
    outcome: 'completed',
    ...call,
  });
}

const billed = (provider: string, model: string, billing: Billing, response: Partial<LlmResponse> = {}) =>
  cost(provider, model, { response: { billing, ...response } });

function near(one: number | undefined, other: number): void {
  assert.ok(one !== undefined && Math.abs(one - other) < 1e-9, `${one}, not ${other}`);
}

describe('the cost of what is no token', () => {
  afterEach(clearPrices);

  it('has searches where the model has a rate, and misses them where it has none', () => {
    const searched = { usage: { ...TOKENS, webSearches: 2, fileSearches: 1 } };
    const known = cost('openai', 'gpt-5', { response: searched });
    near(known?.total, (1000 * 1.25 + 200 * 10) / 1e6 + 2 * 0.01 + 0.0025);
    assert.equal(known?.missing, undefined);
    const unknown = cost('openai', 'gpt-4o-search-preview', {
      response: { usage: { ...TOKENS, webSearches: 1 } },
    });
    near(unknown?.total, (1000 * 2.5 + 200 * 10) / 1e6);
    assert.deepEqual(unknown?.missing, ['web_search']);
    assert.equal(unknown?.partial, true);
  });

  it('misses a search where your own price has no rate for it, until you say one', () => {
    const searched = { usage: { ...TOKENS, webSearches: 3 } };
    setPrice('mine', { inputPer1M: 1, outputPer1M: 1 });
    assert.deepEqual(cost('openai', 'mine', { response: searched })?.missing, ['web_search']);
    setPrice('mine', { inputPer1M: 1, outputPer1M: 1, perWebSearch: 0 });
    assert.equal(cost('openai', 'mine', { response: searched })?.missing, undefined);
    setPrice('mine', { inputPer1M: 1, outputPer1M: 1, perWebSearch: 0.01 });
    near(cost('openai', 'mine', { response: searched })?.total, 0.0012 + 0.03);
  });

  it('counts grounding by the prompt before Gemini 3, and by the query from then on', () => {
    const fees = { groundedPrompt: 1, groundedQuery: 3 };
    const two = billed('gcp.gemini', 'gemini-2.5-flash', { fees });
    near(two?.total, (1000 * 0.3 + 200 * 2.5) / 1e6 + 0.035);
    const three = billed('gcp.gemini', 'gemini-3-flash-preview', { fees });
    near(three?.total, (1000 * 0.5 + 200 * 3) / 1e6 + 3 * 0.014);
    assert.deepEqual([two?.missing, three?.missing], [undefined, undefined]);
    assert.deepEqual(billed('openai', 'gpt-4o', { fees })?.missing, ['grounding']);
  });

  it('is that of seconds, pages and characters, where a model is billed by them', () => {
    const none = { usage: undefined };
    near(billed('openai', 'whisper-1', { fees: { audioSecond: 90 } }, none)?.total, (0.36 * 90) / 3600);
    near(billed('mistral_ai', 'mistral-ocr-4-0', { fees: { page: 5 } }, none)?.total, 0.02);
    near(billed('openai', 'tts-1', { fees: { character: 2000 } }, none)?.total, 0.03);
  });

  it('is that of the request alone, where your price has no more', () => {
    setPrice('flat', { perRequest: 0.002 });
    near(cost('openai', 'flat')?.total, 0.002);
  });

  it('is unknown where what the price bills was not counted', () => {
    assert.equal(cost('openai', 'whisper-1'), undefined);
    assert.equal(billed('openai', 'gpt-4o', { fees: { image: 1 } }, { usage: undefined }), undefined);
  });

  it('has the calls within the call, each by its own model', () => {
    const usage = { inputTokens: 180_000, outputTokens: 3500 };
    const compaction = { usage, what: 'inner_model' } as const;
    const response = { usage: { inputTokens: 23_000, outputTokens: 1000 } };
    const compacted = billed('anthropic', 'claude-sonnet-4-5', { inner: [compaction] }, response);
    near(compacted?.total, (23_000 * 3 + 1000 * 15 + 180_000 * 3 + 3500 * 15) / 1e6);
    const advised = billed('anthropic', 'claude-sonnet-4-5', {
      inner: [{ ...compaction, model: 'claude-opus-5-5' }],
    });
    near(advised?.total, (1000 * 3 + 200 * 15 + 180_000 * 4 + 3500 * 20) / 1e6);
    near(advised && (advised.input ?? 0) + (advised.output ?? 0), advised?.total ?? 0);
    const unknown = billed('anthropic', 'claude-sonnet-4-5', {
      inner: [{ ...compaction, model: 'no-such' }],
    });
    assert.deepEqual(unknown?.missing, ['inner_model']);
  });

  it('is that of the inner calls alone, where they are all there is', () => {
    const inner = [
      { model: 'llama-3.3-70b-versatile', usage: TOKENS, what: 'inner_model' },
      { model: 'openai/gpt-oss-120b', usage: TOKENS, what: 'inner_model' },
    ] as const;
    const compound = billed('groq', 'groq/compound', { tokens: null, inner: [...inner] });
    const [one, other] = inner.map(({ model }) => cost('groq', model)?.total ?? Number.NaN) as [
      number,
      number,
    ];
    near(compound?.total, one + other);
  });

  it('is that of the billed tokens where they are not the reported ones', () => {
    const billing = { tokens: { inputTokens: 10, outputTokens: 20 } };
    const reported = { usage: { inputTokens: 76, outputTokens: 20 } };
    const all = cost('cohere', 'command-r-plus', { response: { usage: billing.tokens } });
    assert.deepEqual(billed('cohere', 'command-r-plus', billing, reported), all);
  });

  it('says what an answer shows and does not count', () => {
    const { missing, partial } = billed('openai', 'gpt-5', { uncounted: ['container'] }) ?? {};
    assert.deepEqual([missing, partial], [['container'], true]);
  });

  it('is none where the capacity was bought beforehand', () => {
    assert.equal(billed('gcp.vertex_ai', 'gemini-2.5-flash', { isPrepaid: true }), undefined);
    assert.equal(cost('openai', 'gpt-5', { response: { serviceTier: 'scale' } }), undefined);
  });

  it('is none where parts were greater than their whole, and misses what a total does not explain', () => {
    assert.equal(cost('openai', 'gpt-5', { response: { contradiction: 'parts' } }), undefined);
    assert.deepEqual(cost('openai', 'gpt-5', { response: { contradiction: 'total' } })?.missing, ['usage']);
  });

  it('is none where a stream came to its end without the usage of its output', () => {
    const response = { usage: { inputTokens: 1000 } };
    const request = { model: 'claude-sonnet-4-5', stream: true };
    assert.equal(cost('anthropic', 'claude-sonnet-4-5', { request, response }), undefined);
    const left = cost('anthropic', 'claude-sonnet-4-5', { request, response, outcome: 'cancelled' });
    assert.deepEqual(left?.missing, ['output_tokens']);
    near(cost('openai', 'text-embedding-3-small', { response })?.total, 0.00002);
  });

  it('misses what the model was sent where the answer does not count it', () => {
    const some = cost('openai', 'gpt-4o', { response: { usage: { outputTokens: 100 } } });
    near(some?.total, 0.001);
    assert.deepEqual(some?.missing, ['input_tokens']);
  });

  it('is what the provider states, and nothing is added to it', () => {
    const usage = { ...TOKENS, webSearches: 4, reportedCost: 0.03212815 };
    assert.deepEqual(cost('x_ai', 'grok-4.3', { response: { usage, billing: { fees: { container: 1 } } } }), {
      total: 0.03212815,
      source: 'provider',
    });
  });
});

describe('the cost in a region', () => {
  const ratio = (provider: string, model: string, region: string) =>
    (cost(provider, model, { region })?.total ?? Number.NaN) / (cost(provider, model)?.total ?? Number.NaN);

  for (const [what, provider, model, region, factor] of [
    ['in the EU', 'openai', 'gpt-5.6-sol', 'eu', 1.1],
    ['in the EU, of an older model', 'openai', 'gpt-5', 'eu', 1],
    ['of Vertex AI', 'gcp.vertex_ai', 'claude-opus-5-5', 'us-east5', 1.1],
    ['of Vertex AI that is all of them', 'gcp.vertex_ai', 'claude-opus-5-5', 'global', 1],
    ['of xAI', 'x_ai', 'grok-4', 'us-east-1', 1.1],
    [
      'of Amazon, which the name of the model has',
      'aws.bedrock',
      'us.anthropic.claude-opus-5',
      'us-east-1',
      1,
    ],
  ] as const) {
    it(`is ${factor} times that of none, ${what}`, () => near(ratio(provider, model, region), factor));
  }

  it("is that of Anthropic's answer", () => {
    const us = billed('anthropic', 'claude-sonnet-4-6', { region: 'us' });
    near(us?.total, ((1000 * 3 + 200 * 15) / 1e6) * 1.1);
    near(billed('anthropic', 'claude-sonnet-4-5', { region: 'us' })?.total, (1000 * 3 + 200 * 15) / 1e6);
    near(billed('anthropic', 'claude-sonnet-4-6', { region: 'global' })?.total, (1000 * 3 + 200 * 15) / 1e6);
  });

  it('is at least that of a global deployment, at Azure', () => {
    assert.deepEqual(cost('azure.ai.openai', 'gpt-4o')?.missing, ['region']);
  });

  it('multiplies with the tier', () => {
    const response = { serviceTier: 'fast', billing: { region: 'us' } };
    near(cost('anthropic', 'claude-opus-5', { response })?.total, ((1000 * 5 + 200 * 25) / 1e6) * 2 * 1.1);
  });
});

describe('whose prices hold', () => {
  it('have no price list at an unknown host', () => {
    assert.equal(cost('openai', 'gpt-oss-20b', { priceProvider: null }), undefined);
    assert.ok(cost('openai', 'gpt-oss-20b'));
  });

  it('are those that the answer names behind a router', () => {
    const call = { priceProvider: null };
    const response = { billing: { provider: 'huggingface_groq' } };
    const model = 'openai/gpt-oss-120b';
    assert.ok((cost('hugging_face', model, { ...call, response })?.total ?? 0) > 0);
    assert.equal(cost('hugging_face', model, call), undefined);
  });

  it('are still yours', () => {
    setPrice('local', { inputPer1M: 1, outputPer1M: 1 });
    near(cost('openai', 'local', { priceProvider: null })?.total, 0.0012);
    clearPrices();
  });

  it('are those of the profile that was requested, at Amazon', () => {
    const model = 'claude-sonnet-4-5-20250929';
    const at = (requested: string) => cost('aws.bedrock', model, { request: { model: requested } })?.total;
    const global = (1000 * 3 + 200 * 15) / 1e6;
    near(at('global.anthropic.claude-sonnet-4-5-20250929-v1:0'), global);
    near(at('us.anthropic.claude-sonnet-4-5-20250929-v1:0'), global * 1.1);
    const profile =
      'arn:aws:bedrock:us-east-1:1234:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0';
    near(at(profile), global);
    near(at(encodeURIComponent(profile)), global);
    for (const opaque of ['application-inference-profile/a1b2', 'provisioned-model/a1b2', 'prompt/P1']) {
      assert.equal(at(`arn:aws:bedrock:us-east-1:1234:${opaque}`), undefined, opaque);
    }
  });

  it('have a rate for cache writes of an hour, at Amazon and Vertex AI', () => {
    const response = { usage: { ...TOKENS, cacheWriteTokens: 500, cacheWrite1hTokens: 500 } };
    const total = (500 * 3 + 500 * 6 + 200 * 15) / 1e6;
    near(cost('gcp.vertex_ai', 'claude-sonnet-4-6', { response })?.total, total);
    near(cost('aws.bedrock', 'global.anthropic.claude-sonnet-4-6', { response })?.total, total);
  });
});

describe('what may be missing from a cost', () => {
  it('is in docs/cost.md, all of it', () => {
    const page = readFileSync(new URL('../../../../docs/cost.md', import.meta.url), 'utf8');
    const source = readFileSync(new URL('../../src/model/billing.ts', import.meta.url), 'utf8');
    const types = source.match(/type Missing(?:Fee)? =[^;]*;/g) ?? [];
    const all = types.join('').match(/'\w+'/g) ?? [];
    assert.ok(all.length > 15);
    for (const name of all) assert.ok(page.includes(`\`${name.slice(1, -1)}\``), name);
  });
});
