/**
 * A **line** is a first-in-first-out queue of calls. A call waits for its turn, may leave earlier (abort, too long a
 * wait), and passes when the gate in front of the line admits it.
 */

import { onAbort, reasonOf, throwIfAborted } from '../platform/abort-signals.ts';
import { type Linked, LinkedList } from '../platform/linked-list.ts';
import { MAX_TIMER } from '../platform/timers.ts';

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

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** The longest wait, in ms. */
  readonly maxWait?: number;
  /** Makes the error of a wait that took too long. */
  tooLong?(): Error;
}

interface Place<T> extends Linked<Place<T>> {
  readonly entry: T;
  readonly go: () => void;
}

export class Line<T> {
  readonly #gate: Gate<T>;
  readonly #places = new LinkedList<Place<T>>();
  #length = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #onTimer = (): void => this.pump();

  constructor(gate: Gate<T>) {
    this.#gate = gate;
  }

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /** True if `entry` has passed at once: no call waits, and the gate is open. */
  tryPass(entry: T): boolean {
    if (this.#places.first || this.#gate.delay(entry, false) > 0) return false;
    this.#gate.pass(entry);
    return true;
  }

  /**
   * Waits for its turn. The timers keep the process alive, as a request under way would.
   *
   * @throws the signal's reason, as soon as it is aborted; the error of `tooLong`, after `maxWait`.
   */
  async wait(entry: T, options: WaitOptions): Promise<void> {
    throwIfAborted(options.signal);
    if (!this.tryPass(entry)) await this.#stand(entry, options);
  }

  /** The gate may have opened. */
  pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let place = this.#places.first; place; place = this.#places.first) {
      const delay = this.#gate.delay(place.entry, true);
      if (delay > 0) {
        this.#pumpAfter(delay);
        return;
      }
      this.#leave(place);
      this.#gate.pass(place.entry);
      place.go();
    }
  }

  /** The first waiting entries in their order, at most `most`. */
  first(most: number): T[] {
    const entries: T[] = [];
    for (let place = this.#places.first; place && entries.length < most; place = place.next)
      entries.push(place.entry);
    return entries;
  }

  /** Rounded up: a timer takes whole milliseconds, and no call may pass early. */
  #pumpAfter(delay: number): void {
    if (delay !== Infinity) this.#timer = setTimeout(this.#onTimer, Math.min(Math.ceil(delay), MAX_TIMER));
  }

  #stand(entry: T, { signal, maxWait, tooLong }: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
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
        this.#leave(place);
        reject(reason);
        this.pump(); // the new first entry may need fewer tokens than the one that left
      };
      const unlisten = onAbort(signal, () => giveUp(reasonOf(signal)));
      if (tooLong && maxWait !== undefined && maxWait <= MAX_TIMER)
        deadline = setTimeout(() => giveUp(tooLong()), maxWait);
      this.#join(place);
      if (place === this.#places.first) this.pump();
    });
  }

  #join(place: Place<T>): void {
    this.#places.add(place);
    this.#length++;
  }

  #leave(place: Place<T>): void {
    this.#places.remove(place);
    this.#length--;
  }
}
