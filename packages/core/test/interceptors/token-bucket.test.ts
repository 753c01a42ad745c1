import assert from 'node:assert/strict';
import sinon from 'sinon';
import { TokenBucket } from '../../src/interceptors/token-bucket.ts';
import { turns } from './calls.ts';

describe('the token bucket', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => clock.restore());

  it('allows a burst, and then its rate', () => {
    const bucket = new TokenBucket({ rate: 10, burst: 3 });
    const allowed = (): number => [1, 2, 3, 4, 5].filter(() => bucket.allow()).length;
    assert.equal(allowed(), 3);
    clock.tick(100);
    assert.equal(allowed(), 1);
    clock.tick(10_000);
    assert.equal(allowed(), 3);
  });

  it('takes several at once, or none', () => {
    const bucket = new TokenBucket({ rate: 1, burst: 10 });
    assert.equal(bucket.allow(11), false);
    assert.equal(bucket.allow(10), true);
    assert.equal(bucket.allow(1), false);
  });

  it('lets those who wait go in their order, none early', async () => {
    const bucket = new TokenBucket({ rate: 10, burst: 1 });
    const gone: [number, number][] = [];
    for (const caller of [1, 2, 3]) void bucket.wait().then(() => gone.push([caller, performance.now()]));
    await clock.runAllAsync();
    assert.deepEqual(gone, [
      [1, 0],
      [2, 100],
      [3, 200],
    ]);
  });

  it('lets no call pass those that wait', async () => {
    const bucket = new TokenBucket({ rate: 1, burst: 5 });
    assert.equal(bucket.allow(3), true);
    void bucket.wait(undefined, 5);
    await turns();
    assert.equal(bucket.allow(1), false);
    assert.equal(bucket.waiting, 1);
    await clock.runAllAsync();
    assert.equal(bucket.waiting, 0);
  });

  it('lets those behind go on when the first one leaves', async () => {
    const bucket = new TokenBucket({ rate: 1, burst: 5 });
    bucket.allow(4);
    const controller = new AbortController();
    const left = assert.rejects(bucket.wait(controller.signal, 5), { name: 'AbortError' });
    let gone = false;
    void bucket.wait(undefined, 1).then(() => {
      gone = true;
    });
    await turns();
    assert.equal(gone, false);
    controller.abort();
    await left;
    await turns();
    assert.equal(gone, true);
    assert.equal(clock.countTimers(), 0);
  });

  it('does not wait for a signal that is aborted already', async () => {
    const bucket = new TokenBucket({ rate: 1 });
    await assert.rejects(bucket.wait(AbortSignal.abort()), { name: 'AbortError' });
    assert.equal(bucket.allow(), true);
  });

  it('leaves nothing behind on a signal that outlives the waits', async () => {
    const { signal } = new AbortController();
    const removed = sinon.spy(signal, 'removeEventListener');
    const added = sinon.spy(signal, 'addEventListener');
    const bucket = new TokenBucket({ rate: 100, burst: 1 });
    const waits = Array.from({ length: 50 }, () => bucket.wait(signal));
    await clock.runAllAsync();
    await Promise.all(waits);
    assert.equal(added.callCount, 49);
    assert.equal(removed.callCount, 49);
  });

  it('refuses absurd numbers by name', async () => {
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e308, '5' as never]) {
      assert.throws(
        () => new TokenBucket({ rate }),
        /^RangeError: Expected `rate` to be a number above 0 and up to 1000000000000000, got /,
      );
    }
    assert.throws(() => new TokenBucket({ rate: 1, burst: 0 }), /`burst`/);
    assert.throws(() => new TokenBucket({ rate: 1, brust: 2 } as never), /to have no `brust`/);
    await assert.rejects(new TokenBucket({ rate: 1, burst: 2 }).wait(undefined, 3), /at most 2 tokens/);
  });

  it('stands a clock that goes back', () => {
    let now = 1000;
    const bucket = new TokenBucket({ rate: 1, burst: 1, now: () => now });
    assert.equal(bucket.allow(), true);
    now = 0;
    assert.equal(bucket.allow(), false);
    now = 2000;
    assert.equal(bucket.allow(), true);
  });
});
