/** Once a thread: however often, from however many copies and versions of this package, it is asked for. */
import { isMainThread, parentPort } from 'node:worker_threads';

/** On a worker thread of llmtrace's own: the doctor does not count it among the application's. */
export const OWN_THREAD = Symbol.for('llmtrace.thread');

/** True for the first request to start `what` in this thread, if an application may run in it. */
export function isFirst(what: 'auto' | 'hook'): boolean {
  // Node.js also preloads modules in the thread of its module hooks, on which no application runs.
  if (!isMainThread && parentPort === null) return false;
  const key = Symbol.for(`llmtrace.${what}`);
  if (key in globalThis) return false;
  Object.defineProperty(globalThis, key, { value: true });
  return true;
}
