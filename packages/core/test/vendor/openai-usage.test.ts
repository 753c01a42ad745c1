import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Usage } from '../../src/model/call.ts';
import type { UsageDialect } from '../../src/vendor/hosts.ts';
import {
  openAIEmbeddingsUsage,
  openAIStreamUsage,
  openAIUsage,
  type UsageReading,
} from '../../src/vendor/openai-usage.ts';

/** What is defined of a record. */
const defined = (record: object): object => JSON.parse(JSON.stringify(record));

interface Example {
  readonly of: string;
  readonly dialect?: UsageDialect;
  readonly u: object;
  readonly usage: Usage;
  readonly contradiction?: UsageReading['contradiction'];
}

/** One a dialect, as the providers report it or as public readers of it do. */
const EXAMPLES: readonly Example[] = [
  {
    of: 'OpenAI and Azure',
    u: {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, cache_write_tokens: 10, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 256 },
    },
    usage: {
      inputTokens: 2006,
      outputTokens: 300,
      cacheReadTokens: 1920,
      cacheWriteTokens: 10,
      inputAudioTokens: 0,
      reasoningTokens: 256,
    },
  },
  {
    of: 'OpenAI, responses',
    u: {
      input_tokens: 100,
      output_tokens: 20,
      total_tokens: 120,
      input_tokens_details: { cached_tokens: 64, cache_write_tokens: 8 },
      output_tokens_details: { reasoning_tokens: 12 },
    },
    usage: {
      inputTokens: 100,
      outputTokens: 20,
      cacheReadTokens: 64,
      cacheWriteTokens: 8,
      reasoningTokens: 12,
    },
  },
  {
    of: 'xAI, chat: reasoning beside the output, a cost in ticks',
    dialect: 'x_ai',
    u: {
      prompt_tokens: 10120,
      completion_tokens: 1499,
      total_tokens: 14428,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 2809 },
      cost_in_usd_ticks: 232856000,
    },
    usage: {
      inputTokens: 10120,
      outputTokens: 4308,
      cacheReadTokens: 128,
      reasoningTokens: 2809,
      reportedCost: 0.0232856,
    },
  },
  {
    of: 'xAI, chat without a total',
    dialect: 'x_ai',
    u: {
      prompt_tokens: 32,
      completion_tokens: 99,
      completion_tokens_details: { reasoning_tokens: 94 },
    },
    usage: { inputTokens: 32, outputTokens: 193, reasoningTokens: 94 },
  },
  {
    of: 'xAI, chat whose total says that reasoning is within',
    dialect: 'x_ai',
    u: {
      prompt_tokens: 500,
      completion_tokens: 500,
      total_tokens: 1000,
      completion_tokens_details: { reasoning_tokens: 200 },
    },
    usage: { inputTokens: 500, outputTokens: 500, reasoningTokens: 200 },
  },
  {
    of: 'xAI, responses: reasoning within, ticks with the fees of tools',
    dialect: 'x_ai',
    u: {
      input_tokens: 8237,
      output_tokens: 2023,
      total_tokens: 10260,
      input_tokens_details: { cached_tokens: 3072 },
      output_tokens_details: { reasoning_tokens: 100 },
      cost_in_usd_ticks: 321281500,
      server_side_tool_usage_details: { x_search_calls: 4 },
    },
    usage: {
      inputTokens: 8237,
      outputTokens: 2023,
      cacheReadTokens: 3072,
      reasoningTokens: 100,
      reportedCost: 0.03212815,
    },
  },
  {
    of: "Gemini's own endpoint: thinking in the total alone",
    dialect: 'google',
    u: { prompt_tokens: 20, completion_tokens: 424, total_tokens: 1016 },
    usage: { inputTokens: 20, outputTokens: 996, reasoningTokens: 572 },
  },
  {
    of: 'Gemini through a gateway',
    u: {
      prompt_tokens: 21,
      completion_tokens: 0,
      total_tokens: 81,
      completion_tokens_details: { reasoning_tokens: 60 },
    },
    usage: { inputTokens: 21, outputTokens: 60, reasoningTokens: 60 },
  },
  {
    of: 'DeepInfra: reasoning beside the output and outside the total, a cost',
    u: {
      prompt_tokens: 19,
      completion_tokens: 84,
      total_tokens: 103,
      completion_tokens_details: { reasoning_tokens: 1081 },
      estimated_cost: 0.0029,
    },
    usage: { inputTokens: 19, outputTokens: 1165, reasoningTokens: 1081, reportedCost: 0.0029 },
  },
  {
    of: 'DeepSeek: hits and misses of the cache',
    u: {
      prompt_tokens: 100000,
      completion_tokens: 100,
      total_tokens: 100100,
      prompt_cache_hit_tokens: 99000,
      prompt_cache_miss_tokens: 1000,
    },
    usage: { inputTokens: 100000, outputTokens: 100, cacheReadTokens: 99000 },
  },
  {
    of: 'Moonshot: cached tokens at the top',
    u: { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050, cached_tokens: 900 },
    usage: { inputTokens: 1000, outputTokens: 50, cacheReadTokens: 900 },
  },
  {
    of: 'Mistral: names of its own',
    u: {
      prompt_tokens: 1000,
      completion_tokens: 50,
      total_tokens: 1050,
      num_cached_tokens: 896,
      prompt_token_details: { cached_tokens: 896 },
      request_count: 1,
    },
    usage: { inputTokens: 1000, outputTokens: 50, cacheReadTokens: 896 },
  },
  {
    of: 'Alibaba: cache writes',
    u: {
      prompt_tokens: 2000,
      completion_tokens: 50,
      total_tokens: 2050,
      prompt_tokens_details: { cached_tokens: 500, cache_creation_input_tokens: 1000 },
    },
    usage: { inputTokens: 2000, outputTokens: 50, cacheReadTokens: 500, cacheWriteTokens: 1000 },
  },
  {
    of: 'Perplexity: a cost with all fees',
    dialect: 'perplexity',
    u: {
      prompt_tokens: 7,
      completion_tokens: 149,
      total_tokens: 156,
      cost: { request_cost: 0.005, total_cost: 0.005156 },
    },
    usage: { inputTokens: 7, outputTokens: 149, reportedCost: 0.005156 },
  },
  {
    of: 'Perplexity, deep research: reasoning and citations outside of all',
    dialect: 'perplexity',
    u: {
      prompt_tokens: 33,
      completion_tokens: 7163,
      total_tokens: 7196,
      citation_tokens: 20016,
      num_search_queries: 18,
      reasoning_tokens: 73997,
    },
    usage: {
      inputTokens: 33,
      outputTokens: 101176,
      reasoningTokens: 73997,
      citationTokens: 20016,
      webSearches: 18,
    },
  },
  {
    of: 'Perplexity, agent',
    dialect: 'perplexity',
    u: {
      input_tokens: 120,
      output_tokens: 30,
      total_tokens: 150,
      input_tokens_details: { cache_read_input_tokens: 40, cache_creation_input_tokens: 20 },
      cost: { currency: 'USD', total_cost: 0.0061 },
    },
    usage: {
      inputTokens: 120,
      outputTokens: 30,
      cacheReadTokens: 40,
      cacheWriteTokens: 20,
      reportedCost: 0.0061,
    },
  },
  {
    of: "OpenRouter, a key of the application's own: its fee, and what the provider bills",
    u: {
      prompt_tokens: 9171,
      completion_tokens: 113,
      total_tokens: 9284,
      cost: 0,
      is_byok: true,
      cost_details: { upstream_inference_cost: 0.0360795 },
      completion_tokens_details: { reasoning_tokens: 55 },
    },
    usage: { inputTokens: 9171, outputTokens: 113, reasoningTokens: 55, reportedCost: 0.0360795 },
  },
  {
    of: 'OpenRouter: the same bill twice',
    u: {
      prompt_tokens: 194,
      completion_tokens: 2,
      total_tokens: 196,
      cost: 0.95,
      is_byok: false,
      cost_details: { upstream_inference_cost: 0.95 },
    },
    usage: { inputTokens: 194, outputTokens: 2, reportedCost: 0.95 },
  },
  {
    of: 'OpenRouter, a free model',
    u: { prompt_tokens: 194, completion_tokens: 2, total_tokens: 196, cost: 0, is_byok: false },
    usage: { inputTokens: 194, outputTokens: 2, reportedCost: 0 },
  },
  {
    of: "OpenRouter, a key of the application's own, without the provider's bill",
    u: { prompt_tokens: 194, completion_tokens: 2, total_tokens: 196, cost: 0, is_byok: true },
    usage: { inputTokens: 194, outputTokens: 2 },
  },
  {
    of: 'a stated 0 beside a bill',
    u: { prompt_tokens: 1, completion_tokens: 2, cost: 0, cost_details: { upstream_inference_cost: 0.1 } },
    usage: { inputTokens: 1, outputTokens: 2 },
  },
  {
    of: 'a cost in another currency',
    u: { input_tokens: 1, output_tokens: 2, cost: { currency: 'EUR', total_cost: 0.1 } },
    usage: { inputTokens: 1, outputTokens: 2 },
  },
  {
    of: 'Cerebras: images',
    u: {
      prompt_tokens: 322,
      completion_tokens: 104,
      total_tokens: 426,
      prompt_tokens_details: { cached_tokens: 256, image_tokens: 20 },
      completion_tokens_details: { reasoning_tokens: 97 },
    },
    usage: {
      inputTokens: 322,
      outputTokens: 104,
      cacheReadTokens: 256,
      inputImageTokens: 20,
      reasoningTokens: 97,
    },
  },
  {
    of: 'a proxy that keeps the cache beside the input, as Anthropic does',
    u: {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      cache_read_input_tokens: 80,
      cache_creation_input_tokens: 20,
    },
    usage: { inputTokens: 110, outputTokens: 5, cacheReadTokens: 80, cacheWriteTokens: 20 },
  },
  {
    of: 'a cache beside the input, without a total',
    u: { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 80 } },
    usage: { inputTokens: 90, outputTokens: 5, cacheReadTokens: 80 },
  },
  {
    of: 'Modal: reasoning at the top, within',
    u: { prompt_tokens: 10, completion_tokens: 50, total_tokens: 60, reasoning_tokens: 30 },
    usage: { inputTokens: 10, outputTokens: 50, reasoningTokens: 30 },
  },
  {
    of: 'vLLM: null details, and a proxy whose total is 0',
    u: { prompt_tokens: 10, completion_tokens: 50, total_tokens: 0, prompt_tokens_details: null },
    usage: { inputTokens: 10, outputTokens: 50 },
  },
  {
    of: 'a total that nothing explains',
    u: { prompt_tokens: 10, completion_tokens: 50, total_tokens: 100 },
    usage: { inputTokens: 10, outputTokens: 50 },
    contradiction: 'total',
  },
  {
    of: 'parts greater than their whole',
    u: {
      prompt_tokens: 100,
      completion_tokens: 50,
      prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 20 },
    },
    usage: { inputTokens: 100, outputTokens: 50 },
    contradiction: 'parts',
  },
];

describe("the usage of OpenAI's family", () => {
  for (const { of, dialect, u, usage, contradiction } of EXAMPLES) {
    it(`is that of ${of}`, () => {
      const { usage: read, contradiction: said } = openAIUsage(u, dialect);
      assert.deepEqual(defined(read ?? {}), usage);
      assert.equal(said, contradiction);
    });
  }

  it('is none where nothing is reported', () => {
    for (const nothing of [undefined, null, 0, '', 'x']) assert.deepEqual(openAIUsage(nothing), {});
  });

  it('is that of embeddings by the total where nothing else is reported', () => {
    assert.deepEqual(defined(openAIEmbeddingsUsage({ total_tokens: 7 }).usage ?? {}), { inputTokens: 7 });
    assert.deepEqual(defined(openAIEmbeddingsUsage({ prompt_tokens: 5, total_tokens: 5 }).usage ?? {}), {
      inputTokens: 5,
    });
    assert.deepEqual(openAIEmbeddingsUsage(null), {});
  });

  it('of a stream is where each provider puts it', () => {
    const usage = { prompt_tokens: 1 };
    assert.equal(openAIStreamUsage({ usage }), usage);
    assert.equal(openAIStreamUsage({ usage: null, x_groq: { usage } }), usage);
    assert.equal(openAIStreamUsage({ choices: [{ usage }] }), usage);
    assert.equal(openAIStreamUsage({ choices: [] }), undefined);
    assert.equal(openAIStreamUsage({ usage: null, x_groq: null, choices: null }), undefined);
  });
});

const RUNS = 10_000;
const DIALECTS: readonly UsageDialect[] = ['openai', 'google', 'x_ai', 'perplexity'];

/** Counts as vendors report them, and what gateways put in their place. */
const someCount = fc.oneof(
  { weight: 8, arbitrary: fc.nat(100_000) },
  { weight: 1, arbitrary: fc.constantFrom(undefined, null, 0, -1, 1.5, 1e30, 'x') },
);
const details = fc.record(
  {
    cached_tokens: someCount,
    cache_write_tokens: someCount,
    cache_creation_input_tokens: someCount,
    audio_tokens: someCount,
    text_tokens: someCount,
    image_tokens: someCount,
    reasoning_tokens: someCount,
  },
  { requiredKeys: [] },
);
const anyUsage = fc.record(
  {
    prompt_tokens: someCount,
    completion_tokens: someCount,
    total_tokens: someCount,
    input_tokens: someCount,
    output_tokens: someCount,
    reasoning_tokens: someCount,
    citation_tokens: someCount,
    cached_tokens: someCount,
    num_cached_tokens: someCount,
    prompt_cache_hit_tokens: someCount,
    cache_read_input_tokens: someCount,
    prompt_tokens_details: fc.option(details),
    completion_tokens_details: fc.option(details),
    input_tokens_details: fc.option(details),
    output_tokens_details: fc.option(details),
    num_search_queries: someCount,
    cost: fc.oneof(fc.double(), fc.constantFrom(null, undefined, {}, { total_cost: 1 })),
    cost_in_usd_ticks: someCount,
    is_byok: fc.boolean(),
    cost_details: fc.option(fc.record({ upstream_inference_cost: fc.double() })),
  },
  { requiredKeys: [] },
);

const sum = (...counts: (number | undefined)[]): number =>
  counts.reduce<number>((all, n) => all + (n ?? 0), 0);

function assertSound(usage: Usage): void {
  for (const count of Object.values(usage))
    assert.ok(count === undefined || count >= 0, 'no NaN, no less than 0');
  const { inputTokens = 0, outputTokens = 0 } = usage;
  assert.ok(sum(usage.cacheReadTokens, usage.cacheWriteTokens) <= inputTokens, 'cached within the input');
  assert.ok(
    sum(usage.inputTextTokens, usage.inputAudioTokens, usage.inputImageTokens) <= inputTokens,
    'modalities within the input',
  );
  assert.ok(sum(usage.reasoningTokens, usage.citationTokens) <= outputTokens, 'reasoning within the output');
  assert.ok(
    sum(usage.outputTextTokens, usage.outputAudioTokens, usage.outputImageTokens) <= outputTokens,
    'modalities within the output',
  );
}

describe('any usage of any dialect', () => {
  for (const dialect of DIALECTS) {
    it(`has parts within their wholes in that of ${dialect}`, () => {
      fc.assert(
        fc.property(anyUsage, (u) => {
          const { usage } = openAIUsage(u, dialect);
          assertSound(usage ?? {});
        }),
        { numRuns: RUNS },
      );
    });
  }
});
