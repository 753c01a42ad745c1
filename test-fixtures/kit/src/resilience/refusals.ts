/** Rows about interceptors that refuse a call or behave unusually. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { interceptRejections, within } from '../harness.ts';
import type { ResilienceSubject, Scene } from './fixture.ts';

/** Asserts that one call was answered, and that the others count as refused only. */
async function expectNoFailureOfTheVendor({ telemetry }: Scene): Promise<void> {
  const failed = telemetry.spans().filter(({ attributes }) => attributes['error.type'] !== undefined);
  assert.ok(failed.length >= 2);
  for (const { attributes } of failed) {
    assert.equal(attributes['error.type'], 'llmtrace.rate_limited');
    assert.equal(attributes['llmtrace.error.category'], 'refused');
  }
  const points = await telemetry.metrics();
  const of = (name: string) => points.filter((point) => point.name === name);
  assert.deepEqual(
    of('gen_ai.client.operation.duration').map(({ count, attributes }) => [count, attributes['error.type']]),
    [[1, undefined]],
  );
  assert.deepEqual(
    of('llmtrace.client.refused_calls').map(({ sum, attributes }) => [sum, attributes['error.type']]),
    [[failed.length, 'llmtrace.rate_limited']],
  );
}

export function describeRefusals(sceneOf: () => Scene, { numbered }: ResilienceSubject): void {
  it('refuses a call with an error of its own, which the SDK neither wraps nor repeats', async () => {
    const scene = sceneOf();
    await scene.with({ rateLimit: { rate: 0.001, burst: 1, mode: 'refuse' } }, async () => {
      await scene.end(scene.call());
      for (const stream of [false, true]) {
        const ended = (await scene.end(scene.call({ stream }, undefined, 2))) as any;
        assert.equal(ended.error?.name, 'LlmTraceError');
        assert.equal(ended.error?.code, 'rate_limited');
      }
      if (numbered) {
        for (const way of ['asResponse', 'withResponse']) {
          const ended = (await scene.end(scene.call()[way]())) as any;
          assert.equal(ended.error?.name, 'LlmTraceError', way);
        }
      }
      assert.equal(scene.requests(), 1);
      await within('the end of the spans', scene.telemetry.ended());
      await expectNoFailureOfTheVendor(scene);
    });
  });

  it('rejects with the error that an interceptor of the application throws', async () => {
    const scene = sceneOf();
    const error = new Error('not today');
    const interceptors = [async () => Promise.reject(error)];
    await scene.with({ interceptors, retry: { initialInterval: 5 } }, async () => {
      const ended = (await scene.end(scene.call({}, undefined, 2))) as any;
      assert.equal(ended.error, error);
      assert.equal(scene.requests(), 0);
    });
  });

  it('is one unhandled rejection if a refused call is never awaited', async () => {
    const scene = sceneOf();
    const error = new Error('not today');
    await scene.with({ interceptors: [async () => Promise.reject(error)] }, async () => {
      const rejections = interceptRejections();
      try {
        scene.call();
        await within('the end of the span', scene.telemetry.ended());
        await wait(20);
      } finally {
        rejections.stop();
      }
      assert.deepEqual(rejections.errors, [error]);
    });
  });

  it('lets an interceptor see every attempt, and repeat one', async () => {
    const scene = sceneOf();
    const seen: unknown[] = [];
    const twice = async (_call: unknown, next: () => Promise<unknown>): Promise<unknown> => {
      try {
        return await next();
      } catch (error: any) {
        seen.push(error.status);
        return next();
      }
    };
    await scene.with({ interceptors: [twice] }, async () => {
      const ended = await scene.end(scene.call({ model: 'fail-500-once' }, undefined, 0));
      assert.ok('value' in ended);
      assert.deepEqual(seen, [500]);
      assert.equal(scene.requests(), 2);
    });
  });
}
