import assert from 'node:assert/strict';
import { durationOf, vendorLimits } from '../../src/interceptors/vendor-limits.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');

describe('the limits that vendors report', () => {
  const read = (headers: Record<string, string>) => vendorLimits({ headers: new Headers(headers) }, NOON);

  it('is read from OpenAI', () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    };
    assert.deepEqual(read(headers), {
      requests: { limit: 60, remaining: 59, reset: 1000 },
      tokens: { limit: 150000, remaining: 149984, reset: 360_000 },
    });
  });

  it('is read from Anthropic', () => {
    const headers = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2026-11-23T12:00:05Z',
    };
    assert.deepEqual(read(headers), { requests: { limit: 50, remaining: 49, reset: 5000 } });
  });

  it('is nothing without headers of a limit', () => {
    assert.equal(read({ 'x-ratelimit-remaining-requests': 'many' }), undefined);
    for (const other of [undefined, null, 'text', {}, { headers: {} }])
      assert.equal(vendorLimits(other, NOON), undefined);
  });

  it('has times in every form that vendors use', () => {
    const cases: readonly [string, number | undefined][] = [
      ['20ms', 20],
      ['8.64s', 8640],
      ['1h2m3s', 3_723_000],
      ['2d', 172_800_000],
      ['12', 12_000],
      ['2026-11-23T12:01:00Z', 60_000],
      ['2026-11-23T11:00:00Z', 0],
      ['soon', undefined],
    ];
    for (const [text, ms] of cases) assert.equal(durationOf(text, NOON), ms, text);
  });
});
