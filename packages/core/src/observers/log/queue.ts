/**
 * Defers writing: loggers write synchronously to disks and terminals that may be slow, and a call must not wait for
 * them. Lines are written in their order after the current turn of the event loop; at exit, the rest is written.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from '../../platform/at-start.ts';
import { isThenable } from '../../platform/is-thenable.ts';

type Task = () => unknown;

let queue: Task[] = [];
let watching = false;
let exiting = false;

/**
 * Runs `task` soon, in the asynchronous context of now: a logger that adds fields (the id of the application's
 * request) finds them as if the line were written at once.
 * @param failed gets the error that `task` throws, or its promise rejects with.
 */
export function later(task: Task, failed: (error: unknown) => void): void {
  const inContext = AsyncLocalStorage.snapshot();
  if (queue.length === 0 && !exiting) setImmediate(flushLater);
  if (!watching) {
    watching = true;
    process.on('exit', () => {
      exiting = true;
      flushLater();
    });
  }
  queue.push(() => {
    try {
      const result = inContext(task);
      if (isThenable(result)) result.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  });
  if (exiting) flushLater(); // there is no later
}

/** Runs the remaining tasks now. */
function flushLater(): void {
  const tasks = queue;
  queue = [];
  for (const task of tasks) task();
}
