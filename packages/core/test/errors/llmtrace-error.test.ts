import assert from 'node:assert/strict';
import { callErrorType, classifyError } from '../../src/errors/index.ts';
import { isRefusal, LlmTraceError, type Refusal } from '../../src/errors/llmtrace-error.ts';

const HOSTILE: ProxyHandler<Error> = {
  has: () => {
    throw new Error('no');
  },
};

describe('a refusal', () => {
  const refused = (code: Refusal) => new LlmTraceError('no', { code, key: 'k', retryAfter: 5 });

  it('says why, in words that the errors of vendors have, too', () => {
    const types = (['rate_limited', 'queue_full', 'wait_too_long', 'budget_exceeded'] as const).map(
      (code) => classifyError(refused(code)).type,
    );
    assert.deepEqual(types, ['rate_limit', 'rate_limit', 'rate_limit', 'quota']);
  });

  it('is none of the vendor’s where it is counted', () => {
    assert.equal(callErrorType({ error: refused('budget_exceeded'), outcome: 'failed' }), 'refused');
  });

  it('is an error with a name and fields', () => {
    const error = refused('queue_full');
    assert.ok(error instanceof Error);
    assert.equal(String(error), 'LlmTraceError: no');
    assert.deepEqual({ ...error }, { name: 'LlmTraceError', code: 'queue_full', key: 'k', retryAfter: 5 });
  });

  it('is known for one whichever copy of llmtrace made it', () => {
    assert.equal(isRefusal(refused('rate_limited')), true);
    for (const other of [
      undefined,
      null,
      'text',
      new Error('no'),
      { name: 'LlmTraceError' },
      new Proxy(new Error('no'), HOSTILE),
    ])
      assert.equal(isRefusal(other), false);
  });
});
