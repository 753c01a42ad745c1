/**
 * The end of the process, however it comes: what must be done before it is done, and it ends as it would have
 * without llmtrace, with the same code or by the same signal. All of it happens in the moment of the exit itself:
 * nothing keeps the event loop alive, and no handler of the application's runs twice.
 */
import { isMainThread } from 'node:worker_threads';
import { endOpenCalls } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { watchSignals } from './signals.ts';

const steps: (() => void)[] = [];

/**
 * Runs `step` when the process (or the worker thread) ends: by itself, by `process.exit()`, by an uncaught
 * exception, or by a signal. What kills it otherwise leaves no time. `step` must be synchronous, and may run again.
 */
export function atExit(step: () => void): void {
  steps.push(step);
  if (steps.length > 1) return;
  process.on('exit', finish);
  if (!isMainThread) return;
  watchSignals(finish);
  keepFirst(finishAnyway);
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
 * A listener of the application's to `exit` that throws, or exits itself, keeps the later ones from running, and so
 * {@link finish}. As the exit begins, it is also put where each of the two leads.
 */
function finishAnyway(): void {
  process.on('uncaughtExceptionMonitor', finish);
  const { reallyExit } = process as { reallyExit?: (code?: number) => never };
  if (typeof reallyExit !== 'function') return;
  Object.assign(process, {
    reallyExit(this: unknown, ...args: [code?: number]): never {
      finish();
      return reallyExit.apply(this, args);
    },
  });
}

/** Has `listener` be the first at the exit, whatever the application puts before it. */
function keepFirst(listener: () => void): void {
  const settle = (): void => {
    if (process.listeners('exit')[0] === listener) return;
    process.off('exit', listener);
    process.prependListener('exit', listener);
  };
  settle();
  process.on('newListener', (event, added) => {
    if (event === 'exit' && added !== listener) process.nextTick(settle);
  });
}
