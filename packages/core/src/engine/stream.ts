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

/** How a stream is read, as far as it is known. */
interface StreamReading {
  /** The iterator that was read first; all others only give the SDK's own error. */
  reader: AnyIterator | undefined;
  /** The stream, until it is read: an iterator that waits to be read keeps it alive. */
  unread: AnyStream | undefined;
  readonly signal: AbortSignal | undefined;
  /** The listener of the signal, until the stream is read. */
  readonly aborted: (() => void) | undefined;
}

/**
 * Reports the reading of `stream` to `live`, once: the iterator that is read first. Another one may have been taken before,
 * and left unread: wrappers (`wrapOpenAI` of langsmith) take one ahead of an application that calls `tee()`.
 */
export function watchStream(stream: AnyStream, live: OpenCall): void {
  if (isIterator(stream)) {
    const reading = { reader: undefined, unread: undefined, signal: undefined, aborted: undefined };
    watchIterator(stream, live, reading);
    onCollected(stream, live);
    return;
  }
  // The `tee()` and `toReadableStream()` of OpenAI's and Anthropic's streams read `iterator`.
  const key = typeof stream['iterator'] === 'function' ? 'iterator' : Symbol.asyncIterator;
  const iterate = methodOf(stream, key);
  const signal = stream.controller?.signal;
  const aborted = cancel(live);
  const reading: StreamReading = { reader: undefined, unread: stream, signal, aborted };
  // This closure lives on the stream, and must not be reached from anything that outlives it.
  define(stream, key, function iterator(this: unknown): AnyIterator {
    const source = iterate.call(this);
    return reading.reader ? source : watchIterator(source, live, reading);
  });
  if (key === 'iterator') watchOuter(stream, live, reading);
  signal?.addEventListener('abort', aborted, { once: true });
  onCollected(stream, live);
}

/** The application begins to read a stream. */
function begin(reading: StreamReading, source: AnyIterator, live: OpenCall): void {
  reading.reader = source;
  live.reading = true;
  const { unread, signal, aborted } = reading;
  if (!unread) return;
  reading.unread = undefined;
  // From here on, the SDK's stream aborts its own controller when it fails: that is no cancellation.
  if (aborted) signal?.removeEventListener('abort', aborted);
  forget(live);
  onCollected(source, live);
}

/**
 * openai 7 wraps `iterator` of some streams in a generator, which calls it only when the generator is read: if the
 * application leaves before that, only the generator's `return` is called.
 */
function watchOuter(stream: AnyStream, live: OpenCall, reading: StreamReading): void {
  const iterate = Object.getOwnPropertyDescriptor(stream, Symbol.asyncIterator)?.value as Iterate | undefined;
  if (!iterate) return;
  define(stream, Symbol.asyncIterator, function iterator(this: unknown): AnyIterator {
    const source = iterate.call(this);
    const { next } = source;
    let isRead = false;
    define(source, 'next', (...args: []) => {
      isRead = !reading.reader;
      Reflect.deleteProperty(source, 'next'); // the class's own again, for the other chunks
      return next.apply(source, args);
    });
    watchLeaving(source, () => {
      if (isRead || !reading.reader) close(live, 'cancelled');
    });
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
function watchIterator(source: AnyIterator, live: OpenCall, reading: StreamReading): AnyIterator {
  const { next } = source;
  const { signal } = reading;
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
    if (!reading.reader) begin(reading, source, live);
    return reading.reader === source ? pull(args) : next.apply(source, args);
  });
  watchLeaving(source, () => {
    if (!reading.reader || reading.reader === source) close(live, 'cancelled');
  });
  return source;
}

/** @param left runs when the application leaves `source` before its end. */
function watchLeaving(source: AnyIterator, left: () => void): void {
  for (const name of ['return', 'throw'] as const) {
    const leave = source[name];
    if (typeof leave !== 'function') continue;
    define(source, name, (...args: [unknown?]) => {
      left();
      return leave.apply(source, args);
    });
  }
}

/** An aborted stream ends as quietly as a whole one, but without the last word of the model. */
function endOf({ call }: OpenCall, signal: AbortSignal | undefined): 'completed' | 'cancelled' {
  return signal?.aborted && call.response.finishReasons === undefined ? 'cancelled' : 'completed';
}
