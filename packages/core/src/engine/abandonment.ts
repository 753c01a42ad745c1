/**
 * Answers that nobody reads: their calls end when the answer is garbage-collected. A `FinalizationRegistry` is asked only
 * for answers that are there for a while. What is registered there outlives the young garbage that it belongs to, and
 * keeps all that it refers to: for streams that end soon, that takes longer than all else that llmtrace does.
 */

import { AsyncLocalStorage } from 'node:async_hooks';

/** What of a call is known here. */
export interface Holder {
  /** The answer, as long as it is held: until the call ends, or the answer is registered. */
  held: object | undefined;
  isRegistered: boolean;
}

/** How long an answer is held before it can be collected, in ms, at the most. */
const HOLD_MS = 100;

// As it is now: the tests of an application may replace it.
const { setTimeout } = globalThis;
/** A timer keeps what the application stores for the call that sets it: it is set outside of all calls. */
const outside = AsyncLocalStorage.snapshot();

/**
 * @param run runs for a holder whose answer has been collected.
 * @param all those that may hold an answer: a list of them here would itself keep those that have none any more.
 */
export function whenCollected<T extends Holder>(
  run: (holder: T) => void,
  all: Iterable<T>,
): { watch(answer: object, holder: T): void; forget(holder: T): void } {
  const registry = new FinalizationRegistry<T>(run);
  let timer: NodeJS.Timeout | undefined;
  let isArmed = false;

  const register = (): void => {
    isArmed = false;
    for (const holder of all) {
      const { held } = holder;
      if (!held) continue;
      holder.held = undefined;
      holder.isRegistered = true;
      registry.register(held, holder, holder);
    }
  };

  const arm = (): void => {
    if (timer) timer.refresh();
    else timer = setTimeout(register, HOLD_MS).unref();
  };

  return {
    watch(answer, holder) {
      holder.held = answer;
      if (isArmed) return;
      isArmed = true;
      outside(arm);
    },
    forget(holder) {
      holder.held = undefined;
      if (holder.isRegistered) registry.unregister(holder);
      holder.isRegistered = false;
    },
  };
}
