/** Values that a gateway may send instead of token counts: a sum with one of them is unknown. */
import assert from 'node:assert/strict';
import { chat } from '../src/chat.ts';

describe('the usage of OpenAI', () => {
  it('is unknown in each field that is no count', () => {
    const body = JSON.parse(`{ "prompt_tokens": 1e999, "completion_tokens": 7, "cost": -1e308,
      "prompt_tokens_details": { "cached_tokens": -10 }, "completion_tokens_details": { "reasoning_tokens": 1e308 } }`);
    const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens, reportedCost } =
      chat.response({ usage: body }).usage ?? {};
    assert.deepEqual(
      [inputTokens, outputTokens, cacheReadTokens, reasoningTokens, reportedCost],
      [undefined, 7, undefined, undefined, undefined],
    );
  });
});
