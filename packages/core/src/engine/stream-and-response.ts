/**
 * A **split** answer is a stream together with a promise of the whole answer, which the SDK assembles from the same
 * chunks even if the application does not read the stream (`@google/generative-ai`). The application may read either
 * or both; the call ends with the one that it reads.
 */
import { define } from '../platform/replace-method.ts';
import { guard } from './guard.ts';
import { close, type OpenCall, wholeAnswered } from './open-call.ts';
import { type AnyStream, isIterator, isStream, watchStream } from './stream.ts';

interface SplitAnswer {
  readonly stream: AnyStream;
  response: Promise<unknown>;
}

export function isSplit(value: unknown): value is SplitAnswer {
  const { stream, response } = (value ?? {}) as Partial<SplitAnswer>;
  return isStream(stream) && typeof response?.then === 'function';
}

/**
 * Reports the outcome of both halves to `live`. The promise is replaced by an equivalent one instead of being
 * subscribed to, so that a rejection stays unhandled where the original's would have been.
 */
export function watchSplit(answer: SplitAnswer, live: OpenCall): void {
  const { stream, response } = answer;
  watchStream(stream, live);
  answer.response = response.then(
    (whole) => {
      wholeArrived(live, stream, whole);
      return whole;
    },
    (error) => {
      close(live, 'failed', error);
      throw error;
    },
  );
}

/**
 * Asks for the first chunk of a split answer at once; its reader gets that chunk with its first `next()`. The SDK reads the
 * answer by itself, and drops the chunks that have no reader when a later one is no JSON, four microtasks after the answer has
 * arrived. Interceptors take longer to pass the answer on. To its reader the generator is one that has not begun.
 */
export function requestFirst({ stream }: SplitAnswer): void {
  if (!isIterator(stream)) return;
  const { next, return: end, throw: fail } = stream;
  const first: Promise<IteratorResult<unknown>> = next.call(stream);
  first.catch(() => {}); // its reader gets the error, where there is a reader
  let state: 'unread' | 'read' | 'left' = 'unread';
  /**
   * A generator that is left before it has begun ends at once: it does not wait for its first chunk.
   * @returns whether this one was left so.
   */
  const leave = (): boolean => {
    if (state === 'unread') {
      state = 'left';
      end?.call(stream).catch(() => {});
    }
    return state === 'left';
  };
  define(stream, 'next', (...args: []) => {
    if (state === 'left') return Promise.resolve({ value: undefined, done: true });
    if (state === 'read') return next.apply(stream, args);
    state = 'read';
    return first.then((result) => result);
  });
  if (end)
    define(stream, 'return', (value?: unknown) =>
      leave() ? Promise.resolve({ value, done: true }) : end.call(stream, value),
    );
  if (fail)
    define(stream, 'throw', (error: unknown) => (leave() ? Promise.reject(error) : fail.call(stream, error)));
}

/**
 * Ends the call unless the application is reading the stream, whose reader then ends it. Reading that starts later
 * only replays chunks that have already arrived.
 * @param _stream kept alive until now: an unread stream does not mean that the application dropped the answer.
 */
function wholeArrived(live: OpenCall, _stream: AnyStream, whole: unknown): void {
  if (live.reading) return;
  guard(live.engine, 'answer', () => wholeAnswered(live, whole));
  close(live, 'completed');
}
