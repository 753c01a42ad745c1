/** Rows about calls that wait: for a retry, or in the queue of a rate limit. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { within } from '../harness.ts';
import { type Ended, kindOf, type ResilienceSubject, type Scene } from './fixture.ts';

const LATE = { initialInterval: 60_000, maxInterval: 60_000, deadline: 600_000 };

export function describeWaiting(sceneOf: () => Scene, { isFetch = false }: ResilienceSubject): void {
  it('stops waiting for a retry when the application aborts, and gives the error of the SDK', async () => {
    const scene = sceneOf();
    await scene.with({ retry: LATE }, async () => {
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const call = scene.end(scene.call({ model: 'reset' }, options, 2));
      await wait(100);
      const { length } = scene.server.requests;
      controller.abort();
      await expectAborted(scene, await call);
      assert.equal(scene.requests(), length);
    });
  });

  it('sends no request of a call that is aborted while it waits in line', async () => {
    const scene = sceneOf();
    await scene.with({ rateLimit: { rate: 0.001, burst: 1 } }, async () => {
      await scene.end(scene.call());
      const controller = new AbortController();
      const waiting = scene.end(scene.call({}, { signal: controller.signal }));
      await wait(30);
      const reason = new Error('a reason of its own');
      controller.abort(reason);
      await expectAborted(scene, await waiting, isFetch ? reason : undefined);
      assert.equal(scene.requests(), 1);
    });
  });

  it('waits in the queue, and reports the time', async () => {
    const scene = sceneOf();
    await scene.with({ rateLimit: { rate: 5, burst: 1 } }, async () => {
      const since = performance.now();
      await Promise.all([1, 2, 3].map(() => scene.end(scene.call())));
      assert.ok(performance.now() - since >= 399, 'three calls take 400 ms');
      await within('the end of the spans', scene.telemetry.ended());
      const waits = scene.telemetry
        .spans()
        .map(({ attributes }) => Number(attributes['llmtrace.rate_limit.wait'] ?? 0));
      // In seconds. A busy machine may take 0.2 s until the third call is in the queue, and may wake up late.
      assert.ok(Math.max(...waits) >= 0.2 && Math.max(...waits) < 60, String(waits));
      const [metric] = (await scene.telemetry.metrics()).filter(
        ({ name }) => name === 'llmtrace.client.rate_limit.wait',
      );
      assert.equal(metric?.count, 3);
    });
  });
}

/** Asserts that the application gets the error of a request that is aborted for that reason. */
async function expectAborted(scene: Scene, ended: Ended, reason?: Error): Promise<void> {
  const { requests } = scene.server;
  const kept = [...requests];
  const controller = new AbortController();
  const under = scene.end(scene.call({ model: 'hang' }, { signal: controller.signal }, 0));
  requests.length = 0;
  await wait(50);
  controller.abort(reason);
  const native = await under;
  requests.splice(0, requests.length, ...kept);
  assert.deepEqual(kindOf((ended as any).error), kindOf((native as any).error));
}
