/** Waiting, as short as the application's signal wants it. */

import { onAbort, reasonOf, throwIfAborted } from './abort-signals.ts';

/** The longest delay that a timer takes, in ms; a longer one would fire at once. */
export const MAX_TIMER = 2 ** 31 - 1;

/**
 * Resolves after `ms`. The timer keeps the process alive, as a request under way would.
 *
 * @throws the signal's reason, at once, where the signal is or gets aborted.
 */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      rest();
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, MAX_TIMER));
    const rest = onAbort(signal, () => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    });
  });
}
