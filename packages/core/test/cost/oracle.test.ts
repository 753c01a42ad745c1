/**
 * The shipped prices against the library whose data they are: every model, many usages, several times.
 * Where the two differ on purpose, the difference is listed in `UNPRICED` or has a test of its own.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { calcPrice, type MatchLogic, type Provider, waitForUpdate } from '@pydantic/genai-prices';
import { findPrice, PRICES_VERSION, type Price, priceOf } from '../../src/cost/cost.ts';
import { dataPrice } from '../../src/cost/price-book.ts';
import type { Usage } from '../../src/model/call.ts';

/** Our counts, by the library's. */
const COUNTS: Readonly<Record<Exclude<keyof Usage, 'reportedCost'>, string>> = {
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  cacheReadTokens: 'cache_read_tokens',
  cacheWriteTokens: 'cache_write_tokens',
  cacheWrite1hTokens: 'cache_write_1h_tokens',
  reasoningTokens: 'output_reasoning_tokens',
  citationTokens: 'output_citation_tokens',
  inputTextTokens: 'input_text_tokens',
  inputAudioTokens: 'input_audio_tokens',
  inputImageTokens: 'input_image_tokens',
  inputVideoTokens: 'input_video_tokens',
  cacheReadTextTokens: 'cache_text_read_tokens',
  cacheReadAudioTokens: 'cache_audio_read_tokens',
  cacheReadImageTokens: 'cache_image_read_tokens',
  cacheReadVideoTokens: 'cache_video_read_tokens',
  outputTextTokens: 'output_text_tokens',
  outputAudioTokens: 'output_audio_tokens',
  outputImageTokens: 'output_image_tokens',
  outputVideoTokens: 'output_video_tokens',
  webSearches: 'web_searches',
  fileSearches: 'storage_searches',
};

/**
 * Models that the library prices at 0 for any number of tokens, and that have no price in llmtrace. Their vendors also
 * bill by the message, and no answer counts messages; or the data has an empty price although the model is not free.
 */
const UNPRICED = new Set([
  'x-ai grok-voice-latest',
  'x-ai grok-voice-think-fast-1.0',
  'x-ai grok-voice-think-fast-2.0',
  'cerebras qwen-3-coder-480b',
  'huggingface_together ServiceNow-AI/Apriel-1.6-15b-Thinker',
  'openrouter google/lyria-3-clip-preview',
  'openrouter google/lyria-3-pro-preview',
]);

const WHOLES: ReadonlySet<string> = new Set(['inputTokens', 'outputTokens']);

const USAGES: readonly Usage[] = [
  { inputTokens: 1000, outputTokens: 100 },
  { inputTokens: 1000 },
  { outputTokens: 100 },
  { inputTokens: 0, outputTokens: 0 },
  { inputTokens: 5000, outputTokens: 800, reasoningTokens: 600 },
  { inputTokens: 5000, outputTokens: 800, cacheReadTokens: 4096 },
  { inputTokens: 5000, outputTokens: 800, cacheReadTokens: 5000 },
  { inputTokens: 5000, outputTokens: 800, cacheWriteTokens: 3000 },
  {
    inputTokens: 5000,
    outputTokens: 800,
    cacheReadTokens: 1000,
    cacheWriteTokens: 3000,
    cacheWrite1hTokens: 1200,
  },
  {
    inputTokens: 5000,
    outputTokens: 800,
    inputTextTokens: 3000,
    inputAudioTokens: 2000,
    outputAudioTokens: 500,
  },
  {
    inputTokens: 5000,
    outputTokens: 800,
    inputImageTokens: 2580,
    outputImageTokens: 700,
    outputTextTokens: 100,
  },
  {
    inputTokens: 9000,
    outputTokens: 800,
    inputVideoTokens: 5000,
    inputAudioTokens: 2000,
    outputVideoTokens: 300,
  },
  {
    inputTokens: 9000,
    outputTokens: 800,
    cacheReadTokens: 3000,
    inputTextTokens: 4000,
    inputAudioTokens: 3000,
    inputImageTokens: 2000,
    cacheReadTextTokens: 500,
    cacheReadAudioTokens: 2000,
    cacheReadImageTokens: 500,
    cacheReadVideoTokens: 0,
  },
  { inputTokens: 2000, outputTokens: 900, webSearches: 3, fileSearches: 2, citationTokens: 200 },
  ...[128_000, 199_999, 200_000, 271_999, 272_000, 512_000].flatMap((edge) => [
    { inputTokens: edge, outputTokens: 900, cacheReadTokens: 1000 },
    { inputTokens: edge + 1, outputTokens: 900, cacheReadTokens: 1000, cacheWriteTokens: 700 },
  ]),
  // What contradicts itself, or leaves the rate open, is refused by both.
  { inputTokens: 100, outputTokens: 10, cacheReadTokens: 101 },
  { inputTokens: 100, outputTokens: 10, cacheReadTokens: 60, cacheWriteTokens: 60 },
  { inputTokens: 100, outputTokens: 10, cacheWriteTokens: 50, cacheWrite1hTokens: 60 },
  { inputTokens: 100, outputTokens: 10, inputAudioTokens: 60, inputImageTokens: 60 },
  { inputTokens: 100, outputTokens: 10, outputAudioTokens: 11, reasoningTokens: 11 },
  { inputTokens: 100, outputTokens: 10, cacheReadTokens: 50, inputAudioTokens: 60, inputImageTokens: 20 },
];

/** Usages that are invalid for any model. */
const UNSOUND: readonly Usage[] = [
  { inputTokens: -1, outputTokens: 10 },
  { inputTokens: Number.NaN, outputTokens: 10 },
  { outputTokens: 10, cacheReadTokens: 5 },
  { inputTokens: 100, reasoningTokens: 5 },
];

/** A time of each day's window, and around each date that the data has. */
function timesOf(provider: Provider, id: string): number[] {
  const prices = provider.models.find((model) => model.id === id)!.prices;
  if (!Array.isArray(prices)) return [Date.UTC(2026, 10, 1)];
  const times = [0, 30, 60, 240, 360, 599, 600, 990, 1439].map((minute) => Date.UTC(2026, 10, 1, 0, minute));
  for (const { constraint } of prices) {
    if (constraint === undefined || constraint.type === 'time_of_date') continue;
    const start = Date.parse(constraint.start_date);
    times.push(start - 1, start, start + 7 * 3_600_000);
  }
  return times;
}

function theirs(usage: Usage, model: string, providerId: string, time: number): number | undefined {
  const counts = Object.entries(usage).map(([name, count]) => [COUNTS[name as keyof typeof COUNTS], count]);
  try {
    const price = calcPrice(Object.fromEntries(counts), model, { providerId, timestamp: new Date(time) });
    return price === null ? undefined : price.total_price;
  } catch {
    return Number.NaN;
  }
}

function near(one: number | undefined, other: number | undefined): boolean {
  if (one === undefined || other === undefined || Number.isNaN(one) || Number.isNaN(other))
    return Object.is(one, other);
  return Math.abs(one - other) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other));
}

/** Names that a model's rule mentions, and one for each regular expression. */
function namesOf(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesOf);
  if ('and' in match) return match.and.flatMap(namesOf);
  if (!('regex' in match)) return Object.values(match);
  const name = match.regex
    .replace(/\\d\{8\}/, '20261001')
    .replace(/\\d\{4\}-\\d\{2\}-\\d\{2\}/, '2026-10-01');
  return [name.replaceAll(/[\^$\\]/g, ''), name.replace('\\d', '7').replaceAll(/[\^$\\]/g, '')];
}

/** Each model, by a name that leads to it: not every model's rule matches its own id, and some are hidden by others. */
function* priced(
  providers: Provider[],
): Generator<[provider: string, model: string, price: Price, times: number[]]> {
  for (const provider of providers) {
    for (const { id, match } of provider.models) {
      const leads = (name: string) => calcPrice({}, name, { providerId: provider.id })?.model.id === id;
      const name = [id, ...namesOf(match)].find(leads);
      const price = name === undefined ? undefined : dataPrice(provider.id, name);
      if (name !== undefined && price?.rates.byTokens)
        yield [provider.id, name, price, timesOf(provider, id)];
    }
  }
}

function* variants(providers: Provider[]): Generator<[provider: string, name: string]> {
  for (const { id: provider, models } of providers) {
    for (const { id, match } of models) {
      const [first = id, ...more] = namesOf(match);
      const others = [` ${id.toUpperCase()} `, `${first}-20261001`, `x-${first}`, `${first}-x`];
      for (const name of [id, first, ...more, ...others]) yield [provider, name];
    }
  }
}

/** Any counts, sound or not, always the same ones. */
function anyUsages(times: number): Usage[] {
  let seed = 42;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const names = Object.keys(COUNTS) as (keyof Usage)[];
  return Array.from({ length: times }, () => {
    const fields = names.filter((name) => random() < (WHOLES.has(name) ? 0.95 : 0.25));
    return Object.fromEntries(
      fields.map((name) => [name, Math.floor(random() * (WHOLES.has(name) ? 20_000 : 2000))]),
    );
  });
}

const library = new URL('../../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
const installed: string = JSON.parse(readFileSync(library, 'utf8')).version;

describe(`the shipped prices, against @pydantic/genai-prices ${installed}`, () => {
  let providers: Provider[];

  before(async function () {
    if (installed !== PRICES_VERSION) this.skip();
    providers = (await waitForUpdate())!;
  });

  it('hold for the same models, by whatever name', () => {
    const [usage, counts] = [
      { inputTokens: 1e6, outputTokens: 1e6 },
      { input_tokens: 1e6, output_tokens: 1e6 },
    ];
    let names = 0;
    for (const [provider, name] of variants(providers)) {
      const expected = calcPrice(counts, name, { providerId: provider });
      const known = expected !== null && !UNPRICED.has(`${expected.provider.id} ${expected.model.id}`);
      const price = dataPrice(provider, name);
      const cost = price && priceOf(price, usage);
      assert.ok(near(cost, known ? expected.total_price : undefined), `${provider} ${name}: ${cost}`);
      names += 1;
    }
    assert.ok(names > 8000, `${names} names`);
  }).timeout(60_000);

  it('cost the same for every usage at every time', () => {
    let [models, compared] = [0, 0];
    for (const [provider, model, price, times] of priced(providers)) {
      models += 1;
      for (const time of times) {
        for (const usage of USAGES) {
          const expected = theirs(usage, model, provider, time);
          const cost = priceOf(price, usage, () => time);
          assert.ok(
            near(cost, expected),
            `${provider} ${model} ${JSON.stringify(usage)}: ${cost}, not ${expected}`,
          );
          compared += 1;
        }
      }
    }
    const all = providers.flatMap((provider) => provider.models).length;
    assert.ok(models > all - UNPRICED.size - 30, `${models} of ${all} models`);
    assert.ok(compared > 50_000, `${compared} costs`);
  }).timeout(60_000);

  it('cost the same for random usages, one model of each kind of price', () => {
    const kinds = new Map<string, [provider: string, model: string, price: Price]>();
    for (const [provider, model, price] of priced(providers)) {
      const kind = Object.values(price.rates).map((rate) => rate > 0);
      kinds.set(kind.join(), [provider, model, price]);
    }
    assert.ok(kinds.size > 15, `${kinds.size} kinds`);
    for (const [provider, model, price] of kinds.values()) {
      for (const usage of anyUsages(300)) {
        const expected = theirs(usage, model, provider, Date.now());
        const cost = priceOf(price, usage);
        // Ours looks at both sides of a usage, theirs only at the sides that the model has a price for: an
        // embedding with output tokens by modality, but without their sum, is priced there and refused here.
        const unpriced = price.rates.input === 0 || price.rates.output === 0;
        const partial = usage.inputTokens === undefined || usage.outputTokens === undefined;
        const stricter = Number.isNaN(cost) && unpriced && partial;
        assert.ok(stricter || near(cost, expected), `${provider} ${model} ${JSON.stringify(usage)}: ${cost}`);
      }
    }
  }).timeout(60_000);

  // The library prices some of these, where the model has no price for the side that is wrong.
  it('do not price a usage that is not sound', () => {
    for (const [provider, model, price] of priced(providers)) {
      for (const usage of UNSOUND) assert.ok(Number.isNaN(priceOf(price, usage)), `${provider} ${model}`);
    }
  });

  it('leave out what the library prices at nothing for want of a price', () => {
    for (const id of UNPRICED) {
      const [provider, ...model] = id.split(' ') as [string, ...string[]];
      assert.equal(
        calcPrice({ input_tokens: 1e6 }, model.join(' '), { providerId: provider })?.total_price,
        0,
        id,
      );
      assert.equal(dataPrice(provider, model.join(' ')), undefined, id);
    }
  });

  it('are not those of a provider whose name only resembles', () => {
    assert.ok(calcPrice({ input_tokens: 1e6 }, 'gpt-4o', { providerId: 'my-openai-proxy' }));
    assert.equal(findPrice('my-openai-proxy', 'gpt-4o'), undefined);
  });

  it("are found by Google's longer names, which the library does not know", () => {
    assert.equal(
      calcPrice({ input_tokens: 1e6 }, 'models/text-embedding-004', { providerId: 'google' }),
      null,
    );
    const names = [
      'models/',
      'publishers/google/models/',
      'projects/p/locations/l/publishers/google/models/',
      'google/',
    ];
    for (const name of names) {
      const found = findPrice('gcp.vertex_ai', `${name}gemini-embedding-001`);
      assert.equal(found && priceOf(found.price, { inputTokens: 1e6 }), 0.15, name);
    }
  });
});
