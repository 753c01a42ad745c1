import assert from 'node:assert/strict';
import { compose } from '../../src/interceptors/compose.ts';
import type { Call } from '../../src/model/call.ts';
import { hooksObserver, type Timing } from '../../src/observers/hooks.ts';
import { callOf } from '../interceptors/calls.ts';

describe('hooks', () => {
  const said: unknown[] = [];
  const observer = hooksObserver({
    onStart: (call) => said.push(['start', call.request.model]),
    onChunk: (_call, chunk, { duration }) => said.push(['chunk', chunk, duration]),
    onComplete: (call, timing) => said.push(['complete', call.outcome, timing]),
    onError: (call, error, timing) => said.push(['error', call.outcome, error, timing]),
  });
  const timing: Timing = {
    duration: 250,
    timeToFirstChunk: undefined,
    rateLimitWait: undefined,
    attempts: 1,
  };
  const ended = (given: Partial<Call>): Call =>
    callOf({ startTime: 1000, attemptTime: 1100, attempts: 1, endTime: 1250, ...given });
  beforeEach(() => {
    said.length = 0;
  });

  it('report a stream from its start to its end, with the times', () => {
    const call = ended({ outcome: 'completed', firstChunkTime: 1150, rateLimitWait: 90 });
    observer.start?.(call);
    observer.chunk?.(call, 'a', 1150);
    observer.end?.(call);
    assert.deepEqual(said, [
      ['start', 'gpt-4o'],
      ['chunk', 'a', 150],
      ['complete', 'completed', { ...timing, timeToFirstChunk: 50, rateLimitWait: 90 }],
    ]);
  });

  it('report a failure by a hook of its own', () => {
    const error = new Error('no');
    observer.end?.(ended({ outcome: 'failed', error }));
    observer.end?.(ended({ outcome: 'cancelled' }));
    assert.deepEqual(said, [
      ['error', 'failed', error, timing],
      ['complete', 'cancelled', timing],
    ]);
  });

  it('may be methods of an object', () => {
    class Counter {
      calls = 0;
      onStart(): void {
        this.calls++;
      }
    }
    const counter = new Counter();
    hooksObserver(counter).start?.(callOf());
    assert.equal(counter.calls, 1);
  });

  it('that do not look at chunks cost chunks nothing', () => {
    assert.equal(hooksObserver({ onStart() {} }).chunk, undefined);
  });
});

describe('interceptors together', () => {
  it('run one within the other, the first one outermost', async () => {
    const said: string[] = [];
    const named = (name: string) => async (_call: Call, next: () => Promise<unknown>) => {
      said.push(name);
      const answer = await next();
      said.push(`/${name}`);
      return answer;
    };
    const all = compose(['a', 'b', 'c'].map(named));
    assert.equal(await all?.(callOf(), async () => 'answer'), 'answer');
    assert.deepEqual(said, ['a', 'b', 'c', '/c', '/b', '/a']);
  });

  it('may run the rest more than once', async () => {
    const twice = async (_call: Call, next: () => Promise<unknown>) => [await next(), await next()];
    let attempts = 0;
    assert.deepEqual(await compose([twice, twice])?.(callOf(), async () => ++attempts), [
      [1, 2],
      [3, 4],
    ]);
  });

  it('are nothing where there are none', () => {
    assert.equal(compose([]), undefined);
  });
});
