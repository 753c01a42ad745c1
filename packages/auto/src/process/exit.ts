/**
 * Runs llmtrace's last steps before the process ends in any way; it then ends as it would have without llmtrace, with
 * the same code or by the same signal. All steps run during the exit itself: they keep no event loop alive, and no
 * handler of the application runs twice.
 */
import { isMainThread } from 'node:worker_threads';
import { endOpenCalls, endOpenOperations } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { keepListening } from './kept-listeners.ts';
import { watchSignals } from './signals.ts';

const steps: (() => void)[] = [];

/** Calls end first, because the operations around them count them. */
function endAll(): void {
  endOpenCalls();
  endOpenOperations();
}

/** Runs steps of the exit. An error of a listener to `exit` would change the exit code. */
function runAll(all: readonly (() => void)[]): void {
  for (const step of all) {
    try {
      step();
    } catch (error) {
      diag.error('llmtrace: could not finish', error);
    }
  }
}

/**
 * Runs `step` when the process (or the worker thread) ends: by itself, by `process.exit()`, by an uncaught exception,
 * or by a signal. Other ways to kill a process leave no time. `step` must be synchronous, and may run again.
 */
export function atExit(step: () => void): void {
  steps.push(step);
  if (steps.length > 1) return;
  keepListening('exit', finish, isMainThread ? finishInReallyExit : undefined);
  if (!isMainThread) return;
  watchSignals(finish);
  keepFirst(finishAnyway);
}

/** Ends open calls and operations at the exit of the process, before the exit listeners of other code. */
export function endCallsAtExit(): void {
  process.prependListener('exit', () => runAll([endAll]));
}

const finish = (): void => runAll([endAll, ...steps]);

/**
 * A listener of the application's to `exit` that throws, or exits itself, keeps the later ones from running, and so
 * {@link finish}. As the exit begins, it is also put where each of the two leads.
 */
function finishAnyway(): void {
  process.on('uncaughtExceptionMonitor', finish);
  finishInReallyExit();
}

/** Has {@link finish} run where `process.exit()` leads, even if no listener is left. */
function finishInReallyExit(): void {
  const { reallyExit } = process as { reallyExit?: (code?: number) => never };
  if (typeof reallyExit !== 'function' || reallyExit === finishing) return;
  finishing = function (this: unknown, ...args: [code?: number]): never {
    finish();
    return reallyExit.apply(this, args);
  };
  Object.assign(process, { reallyExit: finishing });
}

let finishing: ((code?: number) => never) | undefined;

/** Keeps `listener` the first exit listener, even if the application prepends others. */
function keepFirst(listener: () => void): void {
  const settle = (): void => {
    if (process.listeners('exit')[0] === listener) return;
    process.off('exit', listener);
    process.prependListener('exit', listener);
  };
  settle();
  keepListening('newListener', (event: string | symbol, added: unknown) => {
    if (event === 'exit' && added !== listener) process.nextTick(settle);
  });
  keepListening('removeListener', (event: string | symbol, removed: unknown) => {
    if (event === 'exit' && removed === listener) process.nextTick(settle);
  });
}
