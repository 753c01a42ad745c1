import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Usage } from '../../src/model/call.ts';
import { MAX_TOKENS, MAX_USD } from '../../src/platform/bounds.ts';
import { checkedUsage, isTokenCount, number, reportedUsd, tokenCount } from '../../src/vendor/values.ts';

describe('values of a payload', () => {
  it('are numbers where they are finite', () => {
    const cases: [value: unknown, expected: number | undefined][] = [
      [0, 0],
      [-1.5, -1.5],
      [1e308, 1e308],
      [JSON.parse('1e999'), undefined],
      [JSON.parse('-1e999'), undefined],
      [Number.NaN, undefined],
      ['1', undefined],
      [null, undefined],
    ];
    for (const [value, expected] of cases) assert.equal(number(value), expected);
  });

  it('are token counts where they are whole numbers within bounds; NaN where they are something else', () => {
    const cases: [value: unknown, expected: number | undefined][] = [
      [undefined, undefined],
      [null, undefined],
      [0, 0],
      [12, 12],
      [MAX_TOKENS, MAX_TOKENS],
      [MAX_TOKENS + 1, Number.NaN],
      [-10, Number.NaN],
      [1.5, Number.NaN],
      [1e308, Number.NaN],
      [Number.POSITIVE_INFINITY, Number.NaN],
      [Number.NEGATIVE_INFINITY, Number.NaN],
      ['12', Number.NaN],
      [{}, Number.NaN],
    ];
    for (const [value, expected] of cases) assert.equal(tokenCount(value), expected);
  });

  it('are reported costs within bounds', () => {
    const cases: [value: unknown, expected: number | undefined][] = [
      [null, undefined],
      [0.0125, 0.0125],
      [MAX_USD, MAX_USD],
      [7.5e301, Number.NaN],
      [-1, Number.NaN],
      ['1', Number.NaN],
    ];
    for (const [value, expected] of cases) assert.equal(reportedUsd(value), expected);
  });

  it('make a usage without any field that is not sound', () => {
    const usage = checkedUsage({
      inputTokens: Number.NaN, // a sum with a part that is no count
      outputTokens: 7,
      cacheReadTokens: -3,
      reasoningTokens: 2 * MAX_TOKENS, // a sum of two counts
      webSearches: undefined,
      reportedCost: 0.5,
    });
    assert.deepEqual(usage, {
      inputTokens: undefined,
      outputTokens: 7,
      cacheReadTokens: undefined,
      reasoningTokens: undefined,
      webSearches: undefined,
      reportedCost: 0.5,
    });
  });

  it('make a sound usage of whatever numbers a vendor sends', () => {
    const anything = fc.oneof(fc.double(), fc.integer(), fc.constant(undefined), fc.string());
    fc.assert(
      fc.property(anything, anything, anything, (input, output, cost) => {
        const usage: Usage = checkedUsage({
          inputTokens: tokenCount(input),
          outputTokens: tokenCount(output),
          reportedCost: reportedUsd(cost),
        });
        for (const count of [usage.inputTokens, usage.outputTokens])
          assert.ok(count === undefined || isTokenCount(count));
        assert.ok(usage.reportedCost === undefined || Number.isFinite(usage.reportedCost));
      }),
      { seed: 16, numRuns: 1000 },
    );
  });
});
