/**
 * Ends the calls of answers that the application never reads, when the answer is garbage-collected. An answer is
 * registered with a `FinalizationRegistry` only after a grace period. A registration survives the collection of young
 * objects and keeps everything that it refers to, which for short streams would cost more than the rest of llmtrace.
 */
import { outside, setTimeout } from '../platform/at-start.ts';

/** The part of an open call that this module needs. */
export interface Holder {
  /** The answer, retained until the call ends or the answer is registered. */
  answer: object | undefined;
  isRegistered: boolean;
}

/** The longest time that an answer is retained before it may be garbage-collected, in ms. */
const HOLD_MS = 100;

/**
 * @param run runs for a holder whose answer has been garbage-collected.
 * @param all yields the holders that may retain an answer; a list in this module would keep released holders alive.
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
      const { answer } = holder;
      if (!answer) continue;
      holder.answer = undefined;
      holder.isRegistered = true;
      registry.register(answer, holder, holder);
    }
  };

  const arm = (): void => {
    if (timer) timer.refresh();
    else timer = setTimeout(register, HOLD_MS).unref();
  };

  return {
    watch(answer, holder) {
      holder.answer = answer;
      if (isArmed) return;
      isArmed = true;
      outside(arm);
    },
    forget(holder) {
      holder.answer = undefined;
      if (holder.isRegistered) registry.unregister(holder);
      holder.isRegistered = false;
    },
  };
}
