import assert from 'node:assert/strict';
import { costOf } from '../../src/cost/cost.ts';
import { OVERLAY, PRICES } from '../../src/cost/prices.ts';
import type { LlmResponse } from '../../src/model/call.ts';
import { addResult, CONTEXT_TIERS } from '../../src/vendor/results.ts';

const joint = (...answers: LlmResponse[]): LlmResponse => {
  const whole: LlmResponse = { serviceTier: 'batch' };
  for (const answer of answers) addResult(whole, answer);
  return whole;
};
const costAt = (provider: string, response: LlmResponse) =>
  costOf({ provider, request: {}, response, outcome: 'completed' });
const tokens = (inputTokens: number, more = {}): LlmResponse => ({
  model: 'gpt-5.5',
  usage: { inputTokens, outputTokens: 0, ...more },
});

describe('answers in one record', () => {
  it('are grouped by the context tiers of the price book', () => {
    const data = [...Object.values(PRICES), ...Object.values(OVERLAY)].join('');
    const lists = [...data.matchAll(/"\w+":\[([\d.,]+)\]/g)];
    // A rate, and then pairs of "above so many" and the rate there.
    const starts = lists.flatMap(([, list = '']) => list.split(',').filter((_, i) => i % 2 === 1));
    const known = [...new Set(starts)].map(Number).sort((a, b) => a - b);
    assert.deepEqual(known, CONTEXT_TIERS);
  });

  it('cost what each of them costs', () => {
    const whole = joint(tokens(200_000), tokens(200_000), tokens(300_000));
    assert.equal(whole.usage?.inputTokens, 700_000);
    assert.equal(costAt('openai', whole)?.total, (400_000 * 5 + 300_000 * 10) / 2e6);
  });

  it('keep regions, fees and stated costs apart', () => {
    const region = { ...tokens(1000), billing: { region: 'us' } };
    assert.equal(joint(region, tokens(1000)).billing?.inner?.length, 2);
    const stated = joint(
      tokens(1000, { reportedCost: 0.5 }),
      tokens(1000, { reportedCost: 0.25 }),
      tokens(1000),
    );
    assert.equal(costAt('openai', stated)?.total, 0.75 + 0.0025);
    const grounded = { ...tokens(1000), model: 'gemini-2.5-flash', billing: { fees: { groundedPrompt: 1 } } };
    const cost = costAt('gcp.gemini', joint(grounded, grounded));
    assert.ok(Math.abs((cost?.total ?? 0) - (2000 * 0.15) / 1e6 - 2 * 0.035) < 1e-12);
  });

  it('have no cost where the price of none is known, and a mark where that of some is not', () => {
    const unknown = { ...tokens(1000), model: 'no-such-model' };
    assert.equal(costAt('openai', joint(unknown)), undefined);
    assert.deepEqual(costAt('openai', joint(unknown, tokens(1000)))?.missing, ['inner_model']);
  });

  it('are marked where one contradicts itself, or costs what it would at the standard tier', () => {
    const broken = { ...tokens(1000), contradiction: 'parts' as const };
    assert.deepEqual(costAt('openai', joint(broken, tokens(1000)))?.missing, ['usage']);
    const standard = costAt('groq', joint({ ...tokens(1000), model: 'llama-3.1-8b-instant' }));
    assert.equal(standard?.standardRates, true);
  });

  it('are bounded: what is beyond is marked', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ ...tokens(1000), model: `model-${i}` }));
    const whole = joint(...many);
    assert.equal(whole.billing?.inner?.length, 200);
    assert.deepEqual(whole.billing?.uncounted, ['inner_model']);
    assert.equal(whole.usage?.inputTokens, 300_000);
  });
});
