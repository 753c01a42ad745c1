/**
 * The end of the process, however it comes: what must be done before it is done, and it ends as it would have
 * without llmtrace, with the same code or by the same signal. All of it happens in the moment of the exit itself:
 * nothing keeps the event loop alive, and no handler of the application's runs twice.
 */
import { isMainThread } from 'node:worker_threads';
import { endOpenCalls } from '@llmtrace/core';
import { diag } from '@opentelemetry/api';

const steps: (() => void)[] = [];

/**
 * Runs `step` when the process (or the worker thread) ends: by itself, by `process.exit()`, by an uncaught
 * exception, by SIGTERM or by SIGINT. What kills it otherwise leaves no time. `step` must be synchronous, and
 * may run again.
 */
export function atExit(step: () => void): void {
  steps.push(step);
  if (steps.length > 1) return;
  process.on('exit', finish);
  if (isMainThread) for (const signal of ['SIGTERM', 'SIGINT'] as const) watch(signal);
}

/** Ends the calls that are open when the process ends, before anybody else does something at its exit. */
export function endCallsAtExit(): void {
  process.prependListener('exit', endOpenCalls);
}

function finish(): void {
  for (const step of [endOpenCalls, ...steps]) {
    try {
      step();
    } catch (error) {
      diag.error('llmtrace: could not finish', error);
    }
  }
}

/**
 * Listens to a signal only while nobody else does: one that others listen to is theirs, and they may decide by
 * the number of listeners whether the process ends. How it then ends, `exit` tells us.
 */
function watch(signal: 'SIGTERM' | 'SIGINT'): void {
  let listening = false;
  const listen = (wanted: boolean): void => {
    if (listening === wanted) return;
    listening = wanted;
    if (wanted) process.on(signal, end);
    else process.off(signal, end);
  };
  const end = (): void => {
    process.off('removeListener', settle);
    listen(false); // a second signal ends the process at once
    finish();
    process.kill(process.pid, signal);
  };
  const settle = (event: string | symbol): void => {
    if (event === signal) listen(process.listenerCount(signal) === (listening ? 1 : 0));
  };
  process.on('removeListener', settle);
  // A listener that is being added does not count yet; were ours removed now, the signal would be let go.
  process.on('newListener', (event) => {
    if (event === signal) process.nextTick(settle, event);
  });
  settle(signal);
}
