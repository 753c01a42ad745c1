/**
 * What there is as llmtrace starts: the tests of an application may replace timers before the first call, with which the
 * engine is loaded, and that call has a context.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export const { clearTimeout, setImmediate, setTimeout } = globalThis;

/** Runs a function outside of all calls: a timer keeps the context in which it is set, and so the application's data. */
export const outside = AsyncLocalStorage.snapshot();
