/**
 * A **split** answer is a stream, and beside it a promise of the whole answer, which the SDK puts together from
 * the same chunks whether or not anybody reads the stream (`@google/generative-ai`). The application may read
 * either, or both; the call ends with the one that it reads.
 */
import { guard } from './guard.ts';
import { close, type Live, wholeAnswered } from './open-call.ts';
import { type AnyStream, isStream, watchStream } from './stream.ts';

interface SplitAnswer {
  readonly stream: AnyStream;
  response: Promise<unknown>;
}

export function isSplit(value: unknown): value is SplitAnswer {
  const { stream, response } = (value ?? {}) as Partial<SplitAnswer>;
  return isStream(stream) && typeof response?.then === 'function';
}

/**
 * Reports what becomes of both halves to `live`. The promise is replaced by one that is just like it, and not
 * subscribed to on the side: it rejects unhandled where the original would have.
 */
export function watchSplit(answer: SplitAnswer, live: Live): void {
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
 * Ends the call, unless the stream is being read: then that is for its reader to do. Whoever begins to read only now
 * reads what has arrived already.
 * @param _stream kept until now: that nobody reads the stream does not mean that the answer was dropped.
 */
function wholeArrived(live: Live, _stream: AnyStream, whole: unknown): void {
  if (live.reading) return;
  guard(live.engine, 'answer', () => wholeAnswered(live, whole));
  close(live, 'completed');
}
