import assert from 'node:assert/strict';
import {
  type CostOptions,
  clearPrices,
  costOf,
  findPrice,
  PRICES_DATE,
  PRICES_VERSION,
  setPrice,
} from '../../src/cost/cost.ts';
import type { Usage } from '../../src/model/call.ts';

const PLAIN: Usage = { inputTokens: 1000, outputTokens: 100 };

function near(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= 1e-12, `${actual}, not ${expected}`);
}

describe('the names of models', () => {
  afterEach(clearPrices);

  const alias = (models: Record<string, string>, response = 'weird-name', provider = 'openai') =>
    costOf(
      {
        provider,
        request: { model: 'mine' },
        response: { model: response, usage: PLAIN },
        outcome: 'completed',
      },
      { models },
    )?.total;

  it('may stand for others', () => {
    near(alias({ mine: 'gpt-4o' }), 0.0035);
    near(alias({ 'weird-name': 'gpt-4o' }), 0.0035);
  });

  it('that stand for others are asked before the model that answered', () => {
    near(alias({ mine: 'gpt-4o' }, 'gpt-4o-mini'), 0.0035);
    assert.equal(alias({ mine: 'unknown-model' }, 'gpt-4o-mini'), undefined);
  });

  it('may stand for the models of other providers', () => {
    near(alias({ mine: 'anthropic:claude-sonnet-4-5' }), (1000 * 3 + 100 * 15) / 1e6);
    near(alias({ mine: 'mistral_ai:mistral-large-2411' }), (1000 * 2 + 100 * 6) / 1e6);
    near(
      alias({ mine: 'anthropic.claude-3-haiku-20240307-v1:0' }, '', 'aws.bedrock'),
      (1000 * 0.25 + 100 * 1.25) / 1e6,
    );
  });

  it('that stand for others have the prices of those', () => {
    setPrice('house-model', { inputPer1M: 1, outputPer1M: 2 });
    near(alias({ mine: 'house-model' }), 0.0012);
  });
});

describe('the cost at another service tier', () => {
  afterEach(clearPrices);

  const at = (tier: string | undefined, options?: CostOptions, model = 'gpt-4o', provider = 'openai') =>
    costOf(
      {
        provider,
        request: { model },
        response: { model, usage: PLAIN, serviceTier: tier },
        outcome: 'completed',
      },
      options,
    );

  it('is marked as one at standard rates', () => {
    const standard = { total: 0.0035, input: 0.0025, output: 0.001, source: 'local' };
    assert.deepEqual(at('ultrafast'), { ...standard, standardRates: true });
    for (const tier of ['default', 'standard', 'auto', 'on_demand', 'DEFAULT', undefined, '']) {
      assert.deepEqual(at(tier), standard, tier);
    }
  });

  it('is absent where only exact prices are wanted', () => {
    assert.equal(at('ultrafast', { otherTiers: 'none' }), undefined);
    near(at('flex', { otherTiers: 'none' })?.total, 0.00175);
    near(at('default', { otherTiers: 'none' })?.total, 0.0035);
  });

  it('is that of the tier where the price book has one', () => {
    const model = 'openai/gpt-6-sol';
    const [standard, batch] = [at('default', {}, model, 'openrouter'), at('batch', {}, model, 'openrouter')];
    near(batch?.total, standard!.total / 2);
    assert.equal(batch?.standardRates, undefined);
    assert.equal(at('flex', {}, model, 'openrouter')?.standardRates, true);
  });

  it('is that of the tier where you have set one, and else of the price you have set', () => {
    setPrice('gpt-4o', { inputPer1M: 1, outputPer1M: 1 }, { serviceTier: 'Flex' });
    near(at('flex')?.total, 0.0011);
    assert.equal(at('flex')?.source, 'user');
    assert.equal(at('ultrafast')?.standardRates, true);
    near(at('default')?.total, 0.0035);
    setPrice('gpt-4o', { inputPer1M: 3, outputPer1M: 1 });
    near(at('priority')?.total, 0.0031);
    assert.equal(at('priority')?.standardRates, undefined);
    near(at('flex')?.total, 0.0011);
    setPrice('gpt-4o', { inputPer1M: 4, outputPer1M: 1 }, { serviceTier: 'default' });
    near(at(undefined)?.total, 0.0041);
    near(at('priority')?.total, 0.0031);
  });

  it('is taken from the request where the answer does not say', () => {
    const cost = costOf({
      provider: 'openai',
      request: { model: 'gpt-4o', serviceTier: 'ultrafast' },
      response: { usage: PLAIN },
      outcome: 'completed',
    });
    assert.equal(cost?.standardRates, true);
  });
});

describe('the memory of prices', () => {
  it('is bounded, and right after it was emptied', () => {
    for (let i = 0; i < 2500; i++) assert.equal(findPrice('openai', `no-model-${i}`), undefined);
    assert.ok(findPrice('openai', 'gpt-4o'));
    assert.equal(findPrice('openai', 'gpt-4o'), findPrice('openai', 'gpt-4o'));
  });

  it('keeps apart providers, tiers and requested names', () => {
    const price = (...names: Parameters<typeof findPrice>) => findPrice(...names)?.price.rates.input;
    for (let again = 0; again < 2; again++) {
      assert.equal(price('openai', 'unheard-of', 'gpt-4o'), 2.5);
      assert.equal(price('openai', 'unheard-of', 'gpt-4o-mini'), 0.15);
      assert.equal(price('openai', 'unheard-of'), undefined);
      assert.equal(price('anthropic', 'unheard-of', 'gpt-4o'), undefined);
      assert.equal(findPrice('openai', 'gpt-4o')?.standardRates, false);
      assert.equal(findPrice('openai', 'gpt-4o', undefined, 'ultrafast')?.standardRates, true);
    }
  });
});

describe('the shipped prices', () => {
  it('are not too old', () => {
    const days = Math.floor((Date.now() - Date.parse(PRICES_DATE)) / 86_400_000);
    assert.ok(Number.isInteger(days), `a date, not ${PRICES_DATE}`);
    const age = `the shipped prices (${PRICES_VERSION}) are ${days} days old`;
    if (days > 60) process.stdout.write(`      warning: ${age}: npm run update-prices\n`);
  });
});
