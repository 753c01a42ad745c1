/**
 * A **line** is a first-in-first-out queue of calls. A call waits for its turn, may leave earlier (abort, too long a
 * wait), and passes when the gate in front of the line admits it.
 */

import { onAbort, reasonOf, throwIfAborted } from '../platform/abort-signals.ts';
import { type Linked, LinkedList } from '../platform/linked-list.ts';

/** Decides when the first call of the line passes. */
export interface Gate<T> {
  /**
   * How long until `entry` may pass, in ms: 0 for at once, Infinity for until {@link Line.pump} is called.
   * @param waiting true where it has been waiting for that.
   */
  delay(entry: T, waiting: boolean): number;
  /** `entry` passes. */
  pass(entry: T): void;
}

interface Place<T> extends Linked<Place<T>> {
  readonly entry: T;
  readonly go: () => void;
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** The longest wait, in ms. */
  readonly maxWait?: number;
  /** Makes the error of a wait that took too long. */
  tooLong?(): Error;
}

export interface Line<T> {
  /** How many wait. */
  readonly length: number;
  /** True if `entry` has passed at once: no call waits, and the gate is open. */
  tryPass(entry: T): boolean;
  /**
   * Waits for its turn. The timers keep the process alive, as a request under way would.
   *
   * @throws the signal's reason, as soon as it is aborted; the error of `tooLong`, after `maxWait`.
   */
  wait(entry: T, options: WaitOptions): Promise<void>;
  /** The gate may have opened. */
  pump(): void;
  /** The first waiting entries in their order, at most `most`. */
  first(most: number): T[];
}

/** The longest delay that a timer takes; a longer one would fire at once. */
const MAX_TIMER = 2 ** 31 - 1;

export function makeLine<T>(gate: Gate<T>): Line<T> {
  const places = new LinkedList<Place<T>>();
  let length = 0;
  let timer: NodeJS.Timeout | undefined;

  const join = (place: Place<T>): void => {
    places.add(place);
    length++;
  };
  const leave = (place: Place<T>): void => {
    places.remove(place);
    length--;
  };
  const pump = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (let place = places.first; place; place = places.first) {
      const delay = gate.delay(place.entry, true);
      if (delay > 0) {
        // Rounded up: a timer takes whole milliseconds, and no call may pass early.
        if (delay !== Infinity) timer = setTimeout(pump, Math.min(Math.ceil(delay), MAX_TIMER));
        return;
      }
      leave(place);
      gate.pass(place.entry);
      place.go();
    }
  };
  const tryPass = (entry: T): boolean => {
    if (places.first || gate.delay(entry, false) > 0) return false;
    gate.pass(entry);
    return true;
  };
  const stand = (entry: T, { signal, maxWait, tooLong }: WaitOptions): Promise<void> =>
    new Promise((resolve, reject) => {
      let deadline: NodeJS.Timeout | undefined;
      const rest = (): void => {
        clearTimeout(deadline);
        unlisten();
      };
      const place: Place<T> = {
        entry,
        next: undefined,
        previous: undefined,
        go() {
          rest();
          resolve();
        },
      };
      const giveUp = (reason: unknown): void => {
        rest();
        leave(place);
        reject(reason);
        pump(); // the new first entry may need fewer tokens than the one that left
      };
      const unlisten = onAbort(signal, () => giveUp(reasonOf(signal)));
      if (tooLong && maxWait !== undefined && maxWait <= MAX_TIMER)
        deadline = setTimeout(() => giveUp(tooLong()), maxWait);
      join(place);
      if (place === places.first) pump();
    });

  const front = (most: number): T[] => {
    const entries: T[] = [];
    for (let place = places.first; place && entries.length < most; place = place.next)
      entries.push(place.entry);
    return entries;
  };

  return {
    get length() {
      return length;
    },
    tryPass,
    pump,
    first: front,
    async wait(entry, options) {
      throwIfAborted(options.signal);
      if (!tryPass(entry)) await stand(entry, options);
    },
  };
}
