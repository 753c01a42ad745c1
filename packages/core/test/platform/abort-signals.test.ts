import assert from 'node:assert/strict';
import { attemptBeneath } from '../../src/engine/attempts/intercept.ts';
import { requestsOf } from '../../src/engine/attempts/resend.ts';
import type { Call } from '../../src/model/call.ts';
import { isAborted, onAbort, reasonOf, throwIfAborted } from '../../src/platform/abort-signals.ts';
import { sleep } from '../../src/platform/timers.ts';

/** As packages for older platforms make them: it has neither `reason` nor `throwIfAborted()`. */
class OldSignal extends EventTarget {
  isAborted = false;
  get aborted(): boolean {
    return this.isAborted;
  }
  abort(): void {
    this.isAborted = true;
    this.dispatchEvent(new Event('abort'));
  }
}

const throwing = {
  get aborted(): boolean {
    throw new Error('not now');
  },
  get reason(): unknown {
    throw new Error('not now');
  },
  get addEventListener(): never {
    throw new Error('not now');
  },
} as unknown as AbortSignal;

const old = (): OldSignal & AbortSignal => new OldSignal() as unknown as OldSignal & AbortSignal;

describe('an application’s signal', () => {
  it('is read as it is', () => {
    const reason = new Error('enough');
    assert.equal(isAborted(AbortSignal.abort(reason)), true);
    assert.equal(isAborted(new AbortController().signal), false);
    assert.throws(() => throwIfAborted(AbortSignal.abort(reason)), reason);
    assert.equal(reasonOf(AbortSignal.abort(reason)), reason);
  });

  it('may be of another make', async () => {
    const signal = old();
    throwIfAborted(signal);
    const waiting = sleep(60_000, signal);
    signal.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    assert.throws(() => throwIfAborted(signal), { name: 'AbortError' });
  });

  it('may have getters that throw', () => {
    throwIfAborted(throwing);
    assert.equal(isAborted(throwing), false);
    assert.equal((reasonOf(throwing) as Error).name, 'AbortError');
    onAbort(throwing, () => assert.fail())();
  });

  for (const [what, signal] of [
    ['of another make', old()],
    ['with getters that throw', throwing],
  ] as const) {
    it(`lets an attempt through where interceptors run (${what})`, async () => {
      const response = new Response('{}');
      const args = ['http://vendor.example', { signal, body: '{}' }, 1000, new AbortController()];
      const chain = { intercept: (_call: Call, next: () => Promise<unknown>) => next() };
      const answer = await attemptBeneath(
        chain as never,
        {} as Call,
        requestsOf(async () => response, args),
        () => {},
      );
      assert.equal(answer, response);
    });
  }
});
