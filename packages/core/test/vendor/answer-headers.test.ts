import assert from 'node:assert/strict';
import { answerHeaders } from '../../src/vendor/answer-headers.ts';

describe('the headers of an answer', () => {
  const counts = {
    inputTokens: 'x-amzn-bedrock-input-token-count',
    cachedTokens: 'fireworks-cached-prompt-tokens',
  };

  it('have a count of tokens where that is a whole number', () => {
    for (const [field, name] of Object.entries(counts)) {
      const read = (text: string) =>
        answerHeaders(new Headers({ [name]: text, 'x-litellm-response-cost': '0.1' }));
      assert.equal(read('21')?.[field as 'inputTokens'], 21);
      for (const text of ['.1', '1.5', '-3', '1e999', 'NaN', '', 'x', '0x1p3', '99999999999999999999'])
        assert.equal(read(text)?.[field as 'inputTokens'], undefined, `${name}: ${text}`);
    }
  });

  it('have a cost, which is no whole number', () => {
    assert.equal(answerHeaders(new Headers({ 'x-litellm-response-cost': '0.00042' }))?.cost, 0.00042);
  });

  it('say nothing where none of them is known', () => {
    assert.equal(answerHeaders(new Headers({ 'x-request-id': 'a' })), undefined);
    assert.equal(answerHeaders(undefined), undefined);
  });
});
