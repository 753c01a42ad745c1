/** Rows about attempts that are repeated. */
import assert from 'node:assert/strict';
import { within } from '../harness.ts';
import { kindOf, type ResilienceSubject, readAll, type Scene } from './fixture.ts';

/** Options of a quick backoff: without `retry-after` the delays are 5 ms to 20 ms. */
const SOON = { initialInterval: 5, jitter: 0, maxInterval: 20 };

export function describeRetries(
  sceneOf: () => Scene,
  { numbered, isFetch = false }: ResilienceSubject,
): void {
  for (const stream of [false, true]) {
    it(`repeats ${stream ? 'a stream' : 'a call'} that fails twice`, async () => {
      const scene = sceneOf();
      await scene.with({ retry: { ...SOON } }, async () => {
        const ended = await scene.end(scene.call({ model: 'fail-500-twice', stream }));
        assert.ok('value' in ended, String((ended as any).error));
        if (stream) await readAll(ended.value);
        assert.equal(scene.requests(), 3);
        const numbers = scene.server.requests.map(({ headers }) => headers['x-stainless-retry-count']);
        // The oldest SDKs do not number their requests; llmtrace does not add numbers.
        if (numbers[0] !== undefined) assert.deepEqual(numbers, ['0', '1', '2']);
        await expectRetries(scene, 2);
      });
    });
  }

  it('gives the error that the SDK itself makes of the last attempt', async () => {
    const scene = sceneOf();
    const native = await scene.end(scene.call({ model: 'fail-500' }, undefined, 0));
    await scene.with({ retry: { ...SOON } }, async () => {
      const ended = await scene.end(scene.call({ model: 'fail-500' }));
      assert.deepEqual(kindOf((ended as any).error), kindOf((native as any).error));
      assert.equal(scene.requests(), 4);
    });
  });

  (isFetch ? it.skip : it)(
    'repeats a request that timed out; each attempt has the whole timeout',
    async () => {
      const scene = sceneOf();
      const native = await scene.end(scene.call({ model: 'hang' }, { timeout: 60 }, 0));
      await scene.with({ retry: { ...SOON, maxRetries: 1 } }, async () => {
        const options = numbered ? { timeout: 60, maxRetries: 1 } : { timeout: 60 };
        const ended = await scene.end(scene.call({ model: 'hang' }, options));
        assert.deepEqual(kindOf((ended as any).error), kindOf((native as any).error));
        // On a busy machine a request may time out before it has arrived: the server does not count all.
        await expectRetries(scene, 1, ['timeout']);
      });
    },
  );

  it('repeats a connection that broke before the answer', async () => {
    const scene = sceneOf();
    await scene.with({ retry: { ...SOON, maxRetries: 1 } }, async () => {
      await scene.end(scene.call({ model: 'reset' }, undefined, 1));
      assert.ok(scene.requests() >= 2, `${scene.requests()} requests`);
    });
  });

  it('repeats nothing after the first chunk, and nothing that is refused for good', async () => {
    const scene = sceneOf();
    await scene.with({ retry: { ...SOON } }, async () => {
      const ended = await scene.end(scene.call({ model: 'drop-mid-stream', stream: true }, undefined, 2));
      await assert.rejects(readAll((ended as any).value));
      // Google's older SDK also has a promise of the whole answer, which rejects when the stream fails.
      await (ended as any).value.response?.catch(() => {});
      assert.equal(scene.requests(), 1);
      await scene.end(scene.call({ model: 'fail-401' }, undefined, 2));
      assert.equal(scene.requests(), 2);
    });
  });

  if (!numbered) return;
  it('uses the number of retries that the application sets', async () => {
    const scene = sceneOf();
    await scene.with({ retry: { ...SOON } }, async () => {
      await scene.end(scene.call({ model: 'fail-500' }, { maxRetries: 0 }, 2));
      assert.equal(scene.requests(), 1, 'of a call without retries');
      await scene.end(scene.call({ model: 'fail-500' }, undefined, 0));
      assert.equal(scene.requests(), 2, 'of a client without retries');
      await scene.end(scene.call({ model: 'fail-500' }, { maxRetries: 1 }, 0));
      assert.equal(scene.requests(), 4, 'of a call with one retry');
    });
  });
}

/** Asserts one span with an event for each retry, and the counter of retries. */
async function expectRetries(
  { telemetry }: Scene,
  count: number,
  [type, status]: [type: string, status?: number] = ['server', 500],
): Promise<void> {
  await within('the end of the span', telemetry.ended());
  const [span, ...others] = telemetry.spans();
  assert.equal(others.length, 0);
  assert.equal(span?.attributes['http.request.resend_count'], count);
  const events = span?.events.map(({ name, attributes }) => [name, attributes?.['llmtrace.retry.attempt']]);
  assert.deepEqual(
    events,
    Array.from({ length: count }, (_, index) => ['llmtrace.retry', index + 1]),
  );
  for (const { attributes } of span?.events ?? []) {
    assert.equal(attributes?.['error.type'], type);
    assert.equal(attributes?.['http.response.status_code'], status);
    assert.equal(typeof attributes?.['llmtrace.retry.delay_ms'], 'number');
  }
  const retries = (await telemetry.metrics()).filter(({ name }) => name === 'llmtrace.client.retries');
  assert.deepEqual(
    retries.map(({ sum, attributes }) => [sum, attributes['error.type']]),
    [[count, type]],
  );
}
