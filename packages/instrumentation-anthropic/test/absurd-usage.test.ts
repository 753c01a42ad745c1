/** Values that a gateway may send instead of token counts: a sum with one of them is unknown. */
import assert from 'node:assert/strict';
import { usage, usageAtStart } from '../src/usage.ts';

describe('the usage of Anthropic', () => {
  const cases: [u: object, input: number | undefined, cacheRead: number | undefined][] = [
    [{ input_tokens: 5, cache_read_input_tokens: 100 }, 105, 100],
    [{ input_tokens: -10, cache_read_input_tokens: 100 }, undefined, 100],
    [{ input_tokens: 5, cache_read_input_tokens: -10 }, undefined, undefined],
    [{ input_tokens: 5, cache_read_input_tokens: 1e308 }, undefined, undefined],
    [{ input_tokens: 9e8, cache_read_input_tokens: 9e8 }, undefined, 9e8],
    [{ cache_read_input_tokens: 100 }, undefined, 100],
  ];
  for (const [u, input, cacheRead] of cases) {
    it(`has no sum with a part that is unknown: ${JSON.stringify(u)}`, () => {
      const { inputTokens, cacheReadTokens } = usage(u) ?? {};
      assert.deepEqual([inputTokens, cacheReadTokens], [input, cacheRead]);
    });
  }

  it('stays unknown until an event of the stream reports it', () => {
    const start = usageAtStart({ input_tokens: -10, cache_read_input_tokens: 100 });
    assert.equal(usage({ output_tokens: 7 }, start)?.inputTokens, undefined);
  });
});
