/**
 * The requests that one attempt of OpenAI's or Anthropic's SDK becomes when interceptors repeat it. Each request has
 * a separate timeout and number, and the controller that the SDK made for its one attempt stops them all.
 */

import { isAborted } from '../../platform/abort-signals.ts';

/** `fetchWithTimeout(url, init, ms, controller, …)` of the SDK's client. */
export type Send = (...args: unknown[]) => Promise<Response>;

/** The fields of a request that this module reads. */
interface Init {
  readonly signal?: AbortSignal | null;
  readonly headers?: unknown;
  readonly body?: unknown;
}

export interface Requests {
  /** The application's signal that stops the call. */
  readonly signal: AbortSignal | undefined;
  /** False for a body that can be sent but once. */
  readonly isRepeatable: boolean;
  /** Sends the request, as the first one or once more. */
  send(): Promise<Response>;
}

export function requestsOf(send: Send, args: readonly unknown[]): Requests {
  const [url, options, ms, controller, ...rest] = args;
  const init = (options ?? {}) as Init;
  const signal = init.signal ?? undefined;
  // Before the SDK signs the first request, and so changes them.
  const headersOf = numbered(init.headers);
  let sent = 0;
  return {
    signal,
    isRepeatable: isRepeatable(init.body),
    async send() {
      const number = sent++;
      const again = number === 0 ? options : repeated(init, headersOf(number));
      return underOwnTimeout(controller as AbortController, signal, () =>
        send(url, again, ms, controller, ...rest),
      );
    },
  };
}

/**
 * The options of a repeated request. The SDK has listened to the application's signal since the first request; it
 * would leak that listener if it listened again. The exception is a signal of a polyfill: to that, openai 7 listens
 * only while it sends.
 */
function repeated({ signal, ...init }: Init, headers: unknown): Init {
  const same = { ...init, headers };
  return signal === undefined || signal === null || signal instanceof AbortSignal
    ? same
    : { ...same, signal };
}

/**
 * Limits the SDK's timeout to this one request. The SDK identifies an attempt by its AbortController, so that object
 * stays: while `run` is pending, its `abort` counts as the timeout unless the application aborted.
 */
async function underOwnTimeout<T>(
  controller: AbortController,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const requestController = new AbortController();
  const unfollow = follow(requestController, controller.signal);
  const restore = [
    replace(controller, 'signal', requestController.signal),
    replace(controller, 'abort', (reason?: unknown) => {
      if (isAborted(signal)) AbortController.prototype.abort.call(controller, reason);
      else requestController.abort(reason);
    }),
  ];
  try {
    return await run();
  } catch (error) {
    unfollow();
    throw error;
  } finally {
    for (const undo of restore) undo();
  }
}

/**
 * Aborts `controller` with the reason of `source`. `AbortSignal.any` would do so, too, but Node.js keeps its result,
 * and everything that a `fetch` attaches by a listener, until the source is aborted (1.8 KB a request on Node.js 24):
 * https://github.com/nodejs/node/issues/54614. Here only `source` refers to the controller.
 *
 * @returns a function that stops listening, for a failed request. An answered request listens until its body is read.
 */
function follow(controller: AbortController, source: AbortSignal): () => void {
  const abort = (): void => controller.abort(source.reason);
  if (source.aborted) abort();
  else source.addEventListener('abort', abort, { once: true });
  return () => source.removeEventListener('abort', abort);
}

function replace(object: object, key: string, value: unknown): () => void {
  const was = Object.getOwnPropertyDescriptor(object, key);
  Object.defineProperty(object, key, { value, configurable: true, writable: true });
  return () => {
    if (was) Object.defineProperty(object, key, was);
    else Reflect.deleteProperty(object, key);
  };
}

const COUNT = 'x-stainless-retry-count';

/** The headers of the request with its retry number, which the SDK sends to the vendor. */
function numbered(headers: unknown): (number: number) => unknown {
  if (headers instanceof Headers) {
    const first = new Headers(headers);
    return (number) => {
      const copy = new Headers(first);
      const count = countFor(first.get(COUNT), first.get('authorization'), number);
      if (count !== undefined) copy.set(COUNT, count);
      return copy;
    };
  }
  if (typeof headers !== 'object' || headers === null) return () => headers;
  const first: Record<string, unknown> = { ...headers };
  const at = (name: string): string | undefined =>
    Object.keys(first).find((key) => key.toLowerCase() === name);
  const [counter, authorization] = [at(COUNT), at('authorization')];
  return (number) => {
    const count = counter && countFor(first[counter], authorization && first[authorization], number);
    return counter && count !== undefined ? { ...first, [counter]: count } : { ...first };
  };
}

/** Undefined where the header is to stay as it is: absent, the application's own, or signed (Bedrock). */
function countFor(counted: unknown, authorization: unknown, number: number): string | undefined {
  if (typeof counted !== 'string' || !/^\d+$/.test(counted)) return undefined;
  const [, signed = ''] = /SignedHeaders=([^,]*)/i.exec(String(authorization)) ?? [];
  if (signed.toLowerCase().includes(COUNT)) return undefined;
  return String(Number(counted) + number);
}

/** A streamed request body is consumed by sending it. */
export const isRepeatable = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  typeof body === 'string' ||
  ArrayBuffer.isView(body) ||
  body instanceof ArrayBuffer ||
  body instanceof Blob ||
  body instanceof FormData ||
  body instanceof URLSearchParams;
