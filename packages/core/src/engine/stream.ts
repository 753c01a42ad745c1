/**
 * The reading of a stream, observed in place: the stream that the application holds stays the SDK's own
 * object, with its class, its methods and its single reader.
 */

import { define } from '../platform/replace-method.ts';
import { chunkArrived, close, forget, isOnlyUsage, type OpenCall, onCollected } from './open-call.ts';

type AnyIterator = AsyncIterator<unknown>;
type Iterate = (this: unknown) => AnyIterator;

export interface AnyStream {
  [key: PropertyKey]: unknown;
  controller?: { signal?: AbortSignal };
}

/** True for a value that an application can read chunk by chunk. */
export const isStream = (value: unknown): value is AnyStream =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as AnyStream)[Symbol.asyncIterator] === 'function';

/**
 * Reports the reading of `stream` to `live`, once: the first iterator that is taken from it.
 * A second one only gives the SDK's own error.
 */
export function watchStream(stream: AnyStream, live: OpenCall): void {
  if (isIterator(stream)) {
    watchIterator(stream, live, undefined);
    return;
  }
  // The `tee()` and `toReadableStream()` of OpenAI's and Anthropic's streams read `iterator`.
  const key = typeof stream['iterator'] === 'function' ? 'iterator' : Symbol.asyncIterator;
  const iterate = methodOf(stream, key);
  const signal = stream.controller?.signal;
  const aborted = cancel(live);
  let reading = false;
  // This closure lives on the stream, and must not be reached from anything that outlives it.
  define(stream, key, function iterator(this: unknown): AnyIterator {
    const source = iterate.call(this);
    if (reading) return source;
    reading = true;
    // From here on, the SDK's stream aborts its own controller when it fails: that is no cancellation.
    signal?.removeEventListener('abort', aborted);
    forget(live);
    return watchIterator(source, live, signal);
  });
  if (key === 'iterator') watchOuter(stream, live);
  signal?.addEventListener('abort', aborted, { once: true });
  onCollected(stream, live);
}

/**
 * openai 7 wraps `iterator` of some streams in a generator, which calls it only when the generator is read: if the
 * application leaves before that, only the generator's `return` is called.
 */
function watchOuter(stream: AnyStream, live: OpenCall): void {
  const iterate = Object.getOwnPropertyDescriptor(stream, Symbol.asyncIterator)?.value as Iterate | undefined;
  if (!iterate) return;
  define(stream, Symbol.asyncIterator, function iterator(this: unknown): AnyIterator {
    const source = iterate.call(this);
    watchLeaving(source, live);
    return source;
  });
}

/** True for a generator: a stream that is its own one iterator. */
export const isIterator = (stream: AnyStream): stream is AnyStream & AnyIterator =>
  typeof stream['next'] === 'function';

/**
 * The stream's own method, else its class's. A Proxy over a stream (@google/genai has some) would return a method
 * that reads the iterator of the inner stream, which the observed method replaces.
 */
function methodOf(stream: AnyStream, key: PropertyKey): Iterate {
  const ownMethod = Object.getOwnPropertyDescriptor(stream, key)?.value;
  return (ownMethod ?? Object.getPrototypeOf(stream)[key]) as Iterate;
}

/** A separate function, because the signal keeps its closure alive, which must not keep an unread stream alive. */
const cancel = (live: OpenCall) => (): void => close(live, 'cancelled');

/** Replaces the methods of `source` by observed versions. Errors pass through unchanged. */
function watchIterator(source: AnyIterator, live: OpenCall, signal: AbortSignal | undefined): AnyIterator {
  const { next } = source;
  const pull = (args: []): Promise<IteratorResult<unknown>> =>
    // Most calls of `next()` have no argument: `call` then avoids the array for `apply`.
    (args.length === 0 ? next.call(source) : next.apply(source, args)).then(arrived, failed);
  const arrived = (
    result: IteratorResult<unknown>,
  ): IteratorResult<unknown> | Promise<IteratorResult<unknown>> => {
    if (!result.done && live.usage === 'asked' && isOnlyUsage(live, result.value)) return pull([]);
    if (live.rawAnswer?.isFollowed) return result; // its raw body is reported already
    if (result.done) close(live, endOf(live, signal));
    else chunkArrived(live, result.value);
    return result;
  };
  const failed = (error: unknown): never => {
    close(live, 'failed', error);
    throw error;
  };
  define(source, 'next', (...args: []) => {
    live.reading = true;
    return pull(args);
  });
  watchLeaving(source, live);
  onCollected(source, live);
  return source;
}

/** Ends the call when the application leaves `source` before its end. */
function watchLeaving(source: AnyIterator, live: OpenCall): void {
  for (const name of ['return', 'throw'] as const) {
    const leave = source[name];
    if (typeof leave !== 'function') continue;
    define(source, name, (...args: [unknown?]) => {
      close(live, 'cancelled');
      return leave.apply(source, args);
    });
  }
}

/** An aborted stream ends as quietly as a whole one, but without the last word of the model. */
function endOf({ call }: OpenCall, signal: AbortSignal | undefined): 'completed' | 'cancelled' {
  return signal?.aborted && call.response.finishReasons === undefined ? 'cancelled' : 'completed';
}
