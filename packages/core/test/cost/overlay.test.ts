/** The hand-kept layer of the price book: that it is sound, is what ships, and that the newer layer wins. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { withTable } from '../../../../scripts/lib/cost-table.mjs';
import { overlayDate, overlayShelves } from '../../../../scripts/lib/price-data.mjs';
import { costOf, findPrice, priceOf } from '../../src/cost/cost.ts';
import { dataPrice } from '../../src/cost/price-book.ts';
import { OVERLAY, OVERLAY_DATE, PRICES, PRICES_DATE } from '../../src/cost/prices.ts';
import type { UsageDialect } from '../../src/vendor/hosts.ts';
import { openAIUsage } from '../../src/vendor/openai-usage.ts';

interface OverlayModel {
  readonly provider: string;
  readonly id: string;
  readonly prices: null | Record<string, unknown> | readonly { prices: Record<string, unknown> }[];
  readonly date: string;
}

const overlay = JSON.parse(
  readFileSync(new URL('../../../../prices/overlay.json', import.meta.url), 'utf8'),
) as { models: OverlayModel[]; amendments: { provider: string }[] };

const isInData = (provider: string, id: string): boolean => dataPrice(provider, id) !== undefined;
const compiled = (changed: object, date = PRICES_DATE, notes: string[] = []) =>
  overlayShelves({ models: [], amendments: [], ...changed }, date, isInData, (line: string) =>
    notes.push(line),
  );

const MODEL = {
  provider: 'openai',
  id: 'gpt-x',
  match: { equals: 'gpt-x' },
  prices: { input_mtok: 1, output_mtok: 2 },
  source: 'a page',
  date: '2030-01-01',
  sure: 'vendor',
};
const AMENDMENT = {
  provider: 'openai',
  match: { contains: '' },
  tiers: ['flex'],
  factor: 0.5,
  source: 'a page',
  date: '2030-01-01',
  sure: 'vendor',
};

describe('the overlay of the price book', () => {
  it('is what ships: npm run update-prices -- overlay', () => {
    assert.deepEqual(
      overlayShelves(overlay, PRICES_DATE, isInData, () => {}),
      OVERLAY,
    );
    assert.equal(overlayDate(overlay), OVERLAY_DATE);
  });

  it('is what docs/cost.md has a table of', () => {
    const page = readFileSync(new URL('../../../../docs/cost.md', import.meta.url), 'utf8');
    assert.equal(withTable(page), page);
  });

  it('is of providers that the data has', () => {
    const providers = [...overlay.models, ...overlay.amendments].map(({ provider }) => provider);
    assert.deepEqual(
      providers.filter((provider) => !Object.hasOwn(PRICES, provider)),
      [],
    );
  });

  for (const [what, changed] of [
    ['a field that it does not know', { models: [{ ...MODEL, price: 1 }] }],
    ['a price key that llmtrace does not know', { models: [{ ...MODEL, prices: { input_mtokens: 1 } }] }],
    ['a negative rate', { models: [{ ...MODEL, prices: { input_mtok: -1 } }] }],
    ['a part without its whole', { models: [{ ...MODEL, prices: { cache_read_mtok: 1 } }] }],
    ['no source', { models: [{ ...MODEL, source: '' }] }],
    ['a date that is none', { models: [{ ...MODEL, date: 'today' }] }],
    ['no word on how sure it is', { models: [{ ...MODEL, sure: undefined }] }],
    ['a rule of an unknown kind', { models: [{ ...MODEL, match: { like: 'x' } }] }],
    ['a factor that is none', { amendments: [{ ...AMENDMENT, factor: 0 }] }],
    ['an amendment that is none', { amendments: [{ ...AMENDMENT, multiplier: 2 }] }],
  ] as const) {
    it(`is refused with ${what}`, () => assert.throws(() => compiled(changed)));
  }

  it('gives way to data that is newer and has the model', () => {
    const notes: string[] = [];
    const known = { ...MODEL, id: 'gpt-4o', match: { equals: 'gpt-4o' } };
    assert.deepEqual(compiled({ models: [known] }, '2030-01-01', notes), {});
    assert.match(notes[0] ?? '', /openai gpt-4o .* is left out/);
    assert.match(compiled({ models: [known] }, '2029-12-31')['openai'] ?? '', /gpt-4o/);
    assert.match(compiled({ models: [MODEL] }, '2030-06-01')['openai'] ?? '', /gpt-x/);
  });

  for (const { provider, id, prices } of overlay.models) {
    it(`has the price of ${id} of ${provider}`, () => {
      const found = findPrice(provider, id);
      if (prices === null) return assert.equal(found, undefined);
      const first = (Array.isArray(prices) ? prices[0].prices : prices) as Record<string, number>;
      const base = (rate: any): number => rate?.base ?? rate ?? 0;
      assert.ok(found);
      const { rates } = found.price;
      assert.equal(rates.input, base(first['input_mtok']));
      assert.equal(rates.output, base(first['output_mtok']));
    });
  }

  it('has no amendment that no model has', () => {
    for (const [provider, json] of Object.entries(OVERLAY)) {
      const names = namesOf(PRICES[provider] ?? '').concat(namesOf(json), namesOf(PRICES['anthropic'] ?? ''));
      for (const [rule] of JSON.parse(json).amendments) {
        const pattern = patternOf(rule);
        assert.ok(
          names.some((name) => pattern.test(name)),
          `${provider} ${rule}`,
        );
      }
    }
  });
});

/** Whole names that the rules of a shelf have. */
const namesOf = (json: string): string[] =>
  [...json.matchAll(/"[=^$]([^"]+)"/g)].map(([, name]) => name as string);

const patternOf = (rule: string): RegExp => {
  const text = rule.slice(1);
  if (rule[0] === '/') return new RegExp(text);
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(rule[0] === '^' ? `^${literal}` : literal);
};

const RUNS = 10_000;
const count = fc.nat(150_000);
/** Usages as providers report them, in the dialects of hosts. */
const anyUsage = fc.record({
  prompt_tokens: count,
  completion_tokens: count,
  cached: fc.nat(1000),
  reasoning: fc.nat(1000),
  beside: fc.constantFrom(0, 1),
  more: fc.integer({ min: 1, max: 100_000 }),
  input: fc.boolean(),
});

const MODELS: readonly [UsageDialect, provider: string, model: string][] = [
  ['openai', 'openai', 'gpt-6.1-sol'],
  ['openai', 'deepseek', 'deepseek-flash'],
  ['google', 'gcp.gemini', 'gemini-4-argon'],
  ['x_ai', 'x_ai', 'grok-4.7'],
  ['perplexity', 'perplexity', 'sonar-pro'],
];

describe('the cost of any usage', () => {
  for (const [dialect, provider, model] of MODELS) {
    it(`is a number that grows with the tokens, for ${model}`, () => {
      const cost = (u: Record<string, unknown>): number => {
        const response = { model, ...openAIUsage(u, dialect) };
        const all = { provider, request: { model }, response, outcome: 'completed' } as const;
        return costOf(all, { now: () => Date.UTC(2026, 10, 28) })?.total ?? Number.NaN;
      };
      fc.assert(
        fc.property(
          anyUsage,
          ({ prompt_tokens, completion_tokens, cached, reasoning, beside, more, input }) => {
            const reported = (prompt: number, completion: number) => ({
              prompt_tokens: prompt + cached,
              completion_tokens: completion + (beside ? 0 : reasoning),
              total_tokens: prompt + cached + completion + reasoning,
              prompt_tokens_details: { cached_tokens: cached },
              completion_tokens_details: { reasoning_tokens: reasoning },
            });
            const some = cost(reported(prompt_tokens, completion_tokens));
            const others = input
              ? cost(reported(prompt_tokens + more, completion_tokens))
              : cost(reported(prompt_tokens, completion_tokens + more));
            assert.ok(some >= 0 && others >= some, `${some} and ${others}`);
          },
        ),
        { numRuns: RUNS },
      );
    });
  }

  it('is a number for each model of the book, at each tier and in each region', () => {
    const usage = { inputTokens: 1000, outputTokens: 100, cacheReadTokens: 100 };
    let seen = 0;
    for (const [provider, name, tier, region] of circumstances()) {
      const price = findPrice(provider, name, undefined, tier, provider, region)?.price;
      seen += price ? 1 : 0;
      assert.ok(!price || priceOf(price, usage) >= 0, `${provider} ${name} ${tier} ${region}`);
    }
    assert.ok(seen > 1000, `${seen} prices`);
  });
});

const PLACES = [
  ['standard', ''],
  ['flex', 'us'],
  ['priority', 'eu'],
  ['batch', 'global'],
] as const;

function* circumstances(): Generator<[provider: string, name: string, tier: string, region: string]> {
  for (const [provider, json] of Object.entries(OVERLAY)) {
    for (const name of [...namesOf(PRICES[provider] ?? ''), ...namesOf(json)]) {
      for (const place of PLACES) yield [provider, name, ...place];
    }
  }
}
