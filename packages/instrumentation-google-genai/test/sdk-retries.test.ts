import assert from 'node:assert/strict';
import { entry as googleGenAIEntry } from '../src/index.ts';

const googleGenAI = googleGenAIEntry.vendor;

describe("@google/genai's own retries", () => {
  const endpoint = (method: string) => {
    const found = googleGenAI.endpoints.find((candidate) => candidate.method === method);
    assert.ok(found?.withoutRetries);
    return found;
  };

  it('are none in `models`, unless the application sets them up for the call or the client', () => {
    const { withoutRetries } = endpoint('generateContentInternal');
    const args = Object.freeze([Object.freeze({ model: 'm' })]);
    assert.deepEqual(withoutRetries?.(args, { apiClient: { clientOptions: {} } }), args);
    const retryOptions = { attempts: 2 };
    const call = [{ model: 'm', config: { httpOptions: { retryOptions } } }];
    assert.equal(withoutRetries?.(call, {}), undefined);
    const client = { apiClient: { clientOptions: { httpOptions: { retryOptions } } } };
    assert.equal(withoutRetries?.(args, client), undefined);
  });

  it('are switched off in `interactions`, in a copy of the options', () => {
    const { withoutRetries } = endpoint('create');
    const params = Object.freeze({ model: 'm' });
    assert.deepEqual(withoutRetries?.([params], {}), [params, { retries: { strategy: 'none' } }]);
    const options = Object.freeze({ timeout_ms: 5 });
    const off = { timeout_ms: 5, retries: { strategy: 'none' } };
    assert.deepEqual(withoutRetries?.([params, options], {}), [params, off]);
    assert.equal(withoutRetries?.([params, { retries: { strategy: 'backoff' } }], {}), undefined);
    assert.equal(withoutRetries?.([params], { _client: { _options: { retry_config: {} } } }), undefined);
  });

  it('stop for a signal of another, with the same arguments else', () => {
    const { withSignal } = endpoint('generateContentInternal');
    const { signal } = new AbortController();
    const args = [{ model: 'm', config: { seed: 1, abortSignal: AbortSignal.abort() } }];
    assert.deepEqual(withSignal?.(args, {}, signal), [
      { model: 'm', config: { seed: 1, abortSignal: signal } },
    ]);
  });
});
