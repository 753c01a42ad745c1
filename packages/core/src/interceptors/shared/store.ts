/**
 * The port to a store that several processes share, so that limits and budgets hold over all of them.
 * `@llmtrace/redis` makes one of a Redis. All decisions are the store's, in one round trip each and by its own clock;
 * this package decides what applies while the store is unreachable, alike for every store.
 */
import type { SharedTotals } from '../../model/usage-totals.ts';
import type { BucketSize } from '../admission.ts';
import type { Amounts } from '../spend.ts';
import type { WindowRule } from '../windows.ts';

/** A store of limits. Its methods may reject or never settle: no call waits for them longer than `timeout`. */
export interface SharedLimits {
  /** The longest that a call waits for the store, in ms. */
  readonly timeout: number;
  /**
   * What holds while the store is out of reach: `local`, this process's share of each limit; `open`, no limit;
   * `closed`: calls are refused.
   */
  readonly fallback: Fallback;
  /** The number of processes among which the limits are divided until the store reports it. */
  readonly processes: number;
  /** How long the place of a concurrent call is kept without a word of its process, in ms. */
  readonly lease: number;
  /**
   * Limits are configured: it may connect, and prepare all that a question needs, so that the first call need not wait
   * for that. @returns what {@link ping} does
   */
  open?(): Promise<number>;
  /** Resolves where the store can be written to. @returns how many processes have lately opened or pinged it */
  ping(): Promise<number>;
  /** Takes turns for calls, in their order. */
  take(name: string, ask: Ask): Promise<Taken>;
  /** Releases the reservations of ended calls. */
  settle(name: string, settlement: Settlement): Promise<unknown>;
  /** Adds what was spent of a budget, and reserves for a call. @returns what is spent of it in all */
  spend(name: string, spending: Spending): Promise<Spent>;
  /** The totals of all processes; absent where they are not to be kept. */
  readonly totals?: SharedTotals | undefined;
}

export type Fallback = 'local' | 'open' | 'closed';

/** The limits of one key, as all processes have configured them. */
export interface SharedLimit {
  readonly buckets: readonly BucketSize[];
  /** Calls at the same time; 0 for as many as there are. */
  readonly concurrency: number;
}

/** Calls that ask for their turns. */
export interface Ask extends SharedLimit {
  /** For each call, the tokens that it takes of each bucket. */
  readonly calls: readonly AskingCall[];
  /**
   * The level of each bucket as this process knows it, for a store that has lost its data (restarted, flushed);
   * Infinity if it knows of no use.
   */
  readonly levels: readonly number[];
  /** The store's epoch in its last answer; '' if it never answered. */
  readonly memory: string;
  /** True where this process has just come back from its own share of the limit. */
  readonly returning: boolean;
  /** True where this process is to be counted again; it is now and then. */
  readonly announcing: boolean;
  /** How many processes there are, as far as this one knows. */
  readonly processes: number;
}

export interface AskingCall {
  readonly amounts: readonly number[];
  /** The longest wait, in ms. */
  readonly maxWait: number;
  /** Names the place among the concurrent calls; unique within the process. */
  readonly lease: number;
}

/** The decision of the store. */
export interface Taken {
  /**
   * The wait of each call in ms, in the order of the request. Negative: refused, since the wait (its absolute value)
   * exceeds the call's `maxWait`. The list ends with the first call that must wait; the calls behind it ask again
   * when that one passes.
   */
  readonly waits: readonly number[];
  /** True where it ends because as many calls run as may. */
  readonly full: boolean;
  /** The level of each bucket at the time of the last turn. */
  readonly levels: readonly number[];
  /** The time until the last granted turn, in ms; 0 if it is in the past. */
  readonly ahead: number;
  readonly memory: string;
  readonly processes: number;
}

/** The amounts that ended calls return. */
export interface Settlement extends SharedLimit {
  /** To each bucket; negative takes more. */
  readonly amounts: readonly number[];
  /** The places of calls that have ended. */
  readonly ended: readonly number[];
  /** The places of calls that go on. */
  readonly running: readonly number[];
  /** Blocks all calls for this time, in ms. */
  readonly pause: number;
}

/** What this process has spent, has reserved, and asks for. */
export interface Spending extends Amounts {
  /** How the store finds the window of its own time. */
  readonly window: WindowRule;
  /** What the store said last, for one that has forgotten. */
  readonly known: Spent | undefined;
  /**
   * What the calls of this process that are under way are expected to cost, in all, without the one that asks. It is no
   * difference: a message that is lost, or comes twice, changes nothing for long.
   */
  readonly pending: Amounts;
  /** A call that asks to be let through. */
  readonly asking: Asking | undefined;
}

export interface Asking {
  readonly expected: Amounts;
  /** Of a window; Infinity where there is none. */
  readonly budget: Amounts;
  /** True where it goes on anyway. */
  readonly always: boolean;
}

/** What is spent in a window, and what was before this message was heard. */
export interface Spent extends Amounts {
  /** When the window began, in ms since 1970; 0 for one that rolls. */
  readonly window: number;
  /** Until the window ends, in ms; of one that rolls, until the oldest part of it does. */
  readonly left: number;
  /** How many processes spend of it. */
  readonly processes: number;
  /** What the calls of other processes have reserved. */
  readonly reserved: Amounts;
  /** True where the call that asked is let through: what it is expected to cost is reserved now. */
  readonly granted: boolean;
}
