/**
 * The **retry budget**: in an outage every call fails, and retrying each of them would multiply the load on a vendor
 * that is down. So retries take tokens from a bucket, to which every call adds a share and a slow refill adds tokens
 * for applications that call seldom (as in Finagle's `RetryBudget`).
 */

export interface RetryBudgetOptions {
  /** The retries that a call pays for: 0.2 is one for five calls. */
  readonly ratio: number;
  /** The retries a second that are always allowed. */
  readonly perSecond: number;
}

export interface RetryBudget {
  /** True where a new one would allow as many retries. */
  readonly isIdle: boolean;
  /** A call begins. */
  deposit(): void;
  /** Pays for a retry. @returns false where nothing is left */
  withdraw(): boolean;
}

/** The initial level, in retries: an application's first calls may fail, too. */
const INITIAL = 10;
/** The most that may be saved up for a burst of failures, in retries. */
const MAX = 100;

/** @param now the clock, in ms. */
export function makeRetryBudget({ ratio, perSecond }: RetryBudgetOptions, now: () => number): RetryBudget {
  let balance = INITIAL;
  let time = now();
  const trickle = (): void => {
    const current = now();
    // The slow refill stops at the initial level; only calls add more.
    if (balance < INITIAL)
      balance = Math.min(balance + ((current > time ? current - time : 0) / 1000) * perSecond, INITIAL);
    time = current;
  };
  return {
    get isIdle() {
      trickle();
      return balance >= INITIAL;
    },
    deposit() {
      balance = Math.min(balance + ratio, MAX);
    },
    withdraw() {
      trickle();
      if (balance < 1) return false;
      balance -= 1;
      return true;
    },
  };
}
