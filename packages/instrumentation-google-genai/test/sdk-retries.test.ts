import assert from 'node:assert/strict';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { GoogleGenAIInstrumentation, entry as googleGenAIEntry } from '../src/index.ts';

const googleGenAI = googleGenAIEntry.vendor;

describe("@google/genai's own retries", () => {
  const endpoint = (method: string) => {
    const found = googleGenAI.endpoints.find((candidate) => candidate.method === method)?.endpoint([]);
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
    assert.equal(withoutRetries?.([params, { maxRetries: 2 }], {}), undefined);
    assert.equal(withoutRetries?.([params], { _client: { _options: { retry_config: {} } } }), undefined);
  });

  for (const resource of ['interactions', 'decisions']) {
    it(`of one request of \`${resource}\` stay, without those of llmtrace around them`, async () => {
      const retry = { maxRetries: 1, initialInterval: 1, jitter: 0 };
      const telemetry = createTelemetry();
      const instrumentation = telemetry.install(new GoogleGenAIInstrumentation({ retry }));
      const { exports } = await loadSdk({ set: 'genai-3', package: '@google/genai', format: 'cjs' });
      let requests = 0;
      const fetch = async () => {
        requests += 1;
        return Response.json({ error: { code: 503 } }, { status: 503, headers: { 'retry-after-ms': '1' } });
      };
      const client = new exports.GoogleGenAI({ apiKey: 'example', httpOptions: { fetch } });
      const request = { model: 'm', input: 'x', questions: {} };
      await assert.rejects(client[resource].create(request, { maxRetries: 1 }));
      instrumentation.disable();
      assert.equal(requests, 2);
      assert.equal(telemetry.spans().length, 1);
    });
  }

  it('stop for a signal of another, with the same arguments else', () => {
    const { withSignal } = endpoint('generateContentInternal');
    const { signal } = new AbortController();
    const args = [{ model: 'm', config: { seed: 1, abortSignal: AbortSignal.abort() } }];
    assert.deepEqual(withSignal?.(args, {}, signal), [
      { model: 'm', config: { seed: 1, abortSignal: signal } },
    ]);
  });
});
