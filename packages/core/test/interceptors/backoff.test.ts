import assert from 'node:assert/strict';
import { backoffDelay } from '../../src/interceptors/backoff.ts';
import { RETRY_DEFAULTS } from '../../src/interceptors/defaults.ts';

describe('the backoff', () => {
  const delays = (random: number, backoff = RETRY_DEFAULTS): number[] =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((retry) => Math.round(backoffDelay(backoff, retry, random)));

  it('doubles from 500 ms up to 30 s', () => {
    assert.deepEqual(delays(0.5), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('lies at most 20 % beside the formula, and never over the cap', () => {
    assert.deepEqual(delays(0), [400, 800, 1600, 3200, 6400, 12_800, 24_000, 24_000]);
    assert.deepEqual(delays(1), [600, 1200, 2400, 4800, 9600, 19_200, 30_000, 30_000]);
  });

  it('stays the same with a multiplier of 1', () => {
    assert.deepEqual(delays(0.5, { ...RETRY_DEFAULTS, multiplier: 1 }), Array(8).fill(500));
  });

  it('is finite however often an attempt is repeated', () => {
    assert.equal(backoffDelay(RETRY_DEFAULTS, 5000, 0.5), 30_000);
  });
});
