/**
 * Ends calls whose answer the application has left without reading it to its end, and without cancelling it. A client
 * keeps such a request for as long as its connection lasts, so garbage collection does not show that it is left.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { endIdleCalls } from '@llmtrace/core/internal';

// As it is now: the tests of an application may replace it.
const { setTimeout } = globalThis;
const outside = AsyncLocalStorage.snapshot();

/** Calls that are due within this share of the limit end together. */
const SHARE = 0.1;

let isWaiting = false;

/** @param limit in ms, for all calls; 0 ends none. */
export function endWhenIdle(module: string, limit: number): void {
  if (isWaiting || limit === 0) return;
  isWaiting = true;
  outside(wait, module, limit, limit);
}

/** One timer for all calls; it does not keep the process alive. */
function wait(module: string, limit: number, ms: number): void {
  const look = (): void => {
    const rest = endIdleCalls(module, limit);
    isWaiting = rest !== undefined;
    if (rest !== undefined) wait(module, limit, Math.max(rest, limit * SHARE));
  };
  setTimeout(look, ms).unref();
}
