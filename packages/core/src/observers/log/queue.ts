/**
 * Writing later: loggers write synchronously, to disks and terminals that may be slow, and a call must not wait for
 * them. Lines are written when the current turn of the event loop is over, in their order, and at the process's exit
 * what is left.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

type Task = () => void;

let queue: Task[] = [];
let watching = false;
let exiting = false;

/**
 * Runs `task` soon, in the asynchronous context of now: what a logger adds to lines by itself (the id of the
 * application's request) is found as if it were written at once.
 * @param failed gets what `task` throws.
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
      inContext(task);
    } catch (error) {
      failed(error);
    }
  });
  if (exiting) flushLater(); // there is no later
}

/** Runs what is left, now. */
export function flushLater(): void {
  const tasks = queue;
  queue = [];
  for (const task of tasks) task();
}
