/** Helpers that the watchers of all clients share. */
import type { Writable } from 'node:stream';
import { diag } from '@opentelemetry/api';
import type { RequestObserver } from '../exchange.ts';

/** Reads a header of a request or an answer; the name is in lower case. */
export type Header = (name: string) => string | undefined;

let isReported = false;

/** An error that a channel's listener throws ends the process, so it is caught. The first one is logged. */
export function safely(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (isReported) return;
    isReported = true;
    diag.error('llmtrace: could not look at a request', error);
  }
}

/** Whether a request is traced here: that of an SDK is not, even where its answer is read. */
export const isWatched = (observer: RequestObserver | null | undefined): boolean =>
  observer !== null && observer !== undefined && !observer.wantsAnswer;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Observes each call of a method before it runs; the method is otherwise unchanged. */
export function observeMethod<T extends object>(
  holder: T,
  name: string,
  see: (self: T, args: unknown[]) => void,
): void {
  const original = Reflect.get(holder, name) as Method | undefined;
  if (typeof original !== 'function') return;
  const observed = {
    [name](this: unknown, ...args: unknown[]): unknown {
      safely(() => see(this as T, args));
      return original.apply(this, args);
    },
  }[name] as Method;
  for (const key of ['length', 'name'] as const)
    Object.defineProperty(observed, key, { value: original[key], configurable: true });
  Object.defineProperty(holder, name, { value: observed, configurable: true, writable: true });
}

/** Observes the body that an application writes into a request. */
export function observeWrites<T extends Writable>(
  holder: T,
  sent: (self: T, bytes: Uint8Array | string) => void,
  ended: (self: T) => void,
): void {
  const write = (self: T, [chunk, encoding]: unknown[]): void => {
    if (chunk && typeof chunk !== 'function') sent(self, bytesOf(chunk, encoding));
  };
  observeMethod(holder, 'write', write);
  observeMethod(holder, 'end', (self, args) => {
    write(self, args);
    ended(self);
  });
}

const bytesOf = (chunk: unknown, encoding: unknown): Uint8Array | string =>
  typeof chunk === 'string' && typeof encoding === 'string' && Buffer.isEncoding(encoding)
    ? Buffer.from(chunk, encoding)
    : (chunk as Uint8Array | string);

/** The reason for the end of a request that the application has stopped without one. */
export const abortError = (): DOMException => new DOMException('This operation was aborted', 'AbortError');
