/**
 * The **purse** of a budget: the spent amounts, those that open calls have **reserved**, and the rest of the window.
 */

import { MAX_TOKENS, MAX_USD } from '../platform/bounds.ts';
import { ExactSum } from '../platform/exact-sum.ts';
import { PARTS, type Windows } from './windows.ts';

/** Money, in USD, and tokens. */
export interface Amounts {
  readonly usd: number;
  readonly tokens: number;
}

/** The amounts that were left before a call reserved its own. A budget with 0 or less of one of them is spent. */
export interface Left extends Amounts {
  /**
   * The time until the window ends, in ms; undefined if the window never ends, or if open calls may release what they
   * have reserved.
   */
  readonly retryAfter: number | undefined;
  /** True if the budget lets the call through and has reserved its expected cost. */
  readonly isGranted: boolean;
}

/** The state of a budget, as metrics show it. */
export interface PurseState {
  readonly spent: Amounts;
  /** The expected cost of the open calls. */
  readonly reserved: Amounts;
}

export interface Purse {
  /** True if the purse holds no spend and no reservation, so that it may be dropped. */
  readonly isIdle: boolean;
  readonly state: PurseState;
  /**
   * Reserves what a call is expected to cost where anything is left, or `always`: so no more than one reservation goes
   * beyond the budget.
   *
   * @param budget of a window.
   * @returns what was left before; undefined where that is not known, and nothing may be spent then.
   */
  reserve(expected: Amounts, budget: Amounts, always: boolean): Left | Promise<Left | undefined>;
  /**
   * A call has ended: it gives back what was reserved for it, and has spent so much.
   *
   * @param expected undefined where nothing was reserved for it.
   */
  settle(expected: Amounts | undefined, spent: Amounts): void;
}

export const NOTHING: Amounts = { usd: 0, tokens: 0 };

export const plus = (a: Amounts, b: Amounts): Amounts => ({
  usd: a.usd + b.usd,
  tokens: a.tokens + b.tokens,
});

/** The difference, at least 0: the sum of many small numbers has rounding errors. */
export const minus = (a: Amounts, b: Amounts): Amounts => ({
  usd: Math.max(a.usd - b.usd, 0),
  tokens: Math.max(a.tokens - b.tokens, 0),
});

export const isNothing = ({ usd, tokens }: Amounts): boolean => usd === 0 && tokens === 0;

/** True where a call may be sent: something is left of both. */
export const isSome = ({ usd, tokens }: Amounts): boolean => usd > 0 && tokens > 0;

/** The amounts of one call. A negative one, or one that is not a number, counts as 0. */
export const spentBy = ({ usd, tokens }: Amounts): Amounts => ({
  usd: within(usd, MAX_USD),
  tokens: within(tokens, 2 * MAX_TOKENS),
});

const within = (value: number, most: number): number => (value > 0 ? Math.min(value, most) : 0);

/** The clocks of budgets. */
export interface PurseClocks {
  /** The time of the day, in ms; it may be set, forward and back. */
  readonly date: () => number;
  /** A clock that only goes forward, in ms. */
  readonly now: () => number;
}

/**
 * What calls under way have reserved. When the last of them has ended, nothing is left of rounding errors. Reservations
 * outlast the end of a window, because the next window pays for these calls.
 */
abstract class ReservingPurse implements Purse {
  #usd = 0;
  #tokens = 0;
  #calls = 0;

  abstract get isIdle(): boolean;
  abstract get spent(): Amounts;
  /** Until the window ends, in ms; undefined where it never does. */
  protected abstract rest(): number | undefined;
  protected abstract add(spent: Amounts): void;
  /** Drops the amounts of a window that is over. */
  protected abstract turn(): void;

  protected get hasReserved(): boolean {
    return this.#calls > 0;
  }

  get state(): PurseState {
    this.turn();
    return { spent: this.spent, reserved: { usd: this.#usd, tokens: this.#tokens } };
  }

  reserve(expected: Amounts, budget: Amounts, always: boolean): Left {
    const { spent, reserved } = this.state;
    const rest = { usd: budget.usd - spent.usd, tokens: budget.tokens - spent.tokens };
    const left = { usd: rest.usd - reserved.usd, tokens: rest.tokens - reserved.tokens };
    const isGranted = always || isSome(left);
    if (isGranted) {
      const { usd, tokens } = spentBy(expected);
      this.#usd += usd;
      this.#tokens += tokens;
      this.#calls++;
    }
    return { ...left, retryAfter: isSome(rest) ? undefined : this.rest(), isGranted };
  }

  settle(expected: Amounts | undefined, spent: Amounts): void {
    this.turn();
    if (expected) this.#giveBack(spentBy(expected));
    this.add(spentBy(spent));
  }

  #giveBack({ usd, tokens }: Amounts): void {
    this.#calls--;
    this.#usd = this.#calls === 0 ? 0 : Math.max(this.#usd - usd, 0);
    this.#tokens = this.#calls === 0 ? 0 : Math.max(this.#tokens - tokens, 0);
  }
}

/** The purse of this process alone. */
export const makeLocalPurse = (windows: Windows, clocks: PurseClocks): Purse =>
  windows.isRolling ? new RollingPurse(windows, clocks) : new LocalPurse(windows, clocks);

/**
 * A class, with few fields, because there may be one for each of many keys.
 *
 * A window is refilled once. Its start comes from the time of the day and never goes back, so that a clock that is set
 * over midnight and back again refills nothing twice. Where it was set far ahead by mistake, and back, the window ends
 * when its length has passed by the other clock.
 */
export class LocalPurse extends ReservingPurse {
  readonly #windows: Windows;
  readonly #clocks: PurseClocks;
  #usd = new ExactSum();
  #tokens = 0;
  #start: number;
  #end: number;
  /** When the window was filled, by {@link PurseClocks.now}. */
  #filledAt: number;

  constructor(windows: Windows, clocks: PurseClocks) {
    super();
    this.#windows = windows;
    this.#clocks = clocks;
    const { start, end } = windows.at(clocks.date());
    this.#start = start;
    this.#end = end;
    this.#filledAt = clocks.now();
  }

  get isIdle(): boolean {
    return !this.hasReserved && (this.#isOver() || (this.#usd.value === 0 && this.#tokens === 0));
  }

  get spent(): Amounts {
    return { usd: this.#usd.value, tokens: this.#tokens };
  }

  protected add({ usd, tokens }: Amounts): void {
    this.#usd.add(usd);
    this.#tokens += tokens;
  }

  protected turn(): void {
    if (!this.#isOver()) return;
    const { start, end } = this.#windows.at(this.#clocks.date());
    this.#usd = new ExactSum();
    this.#tokens = 0;
    this.#start = start;
    this.#end = end;
    this.#filledAt = this.#clocks.now();
  }

  protected rest(): number | undefined {
    const length = this.#end - this.#start;
    if (this.#windows.length === Infinity) return undefined;
    const rest = this.#end - this.#clocks.date();
    return rest <= length ? rest : Math.min(rest, length - this.#elapsed());
  }

  #elapsed(): number {
    return this.#clocks.now() - this.#filledAt;
  }

  #isOver(): boolean {
    const { start } = this.#windows.at(this.#clocks.date());
    return start > this.#start || (start < this.#start && this.#elapsed() >= this.#end - this.#start);
  }
}

/** A part of a window that rolls. */
interface Part {
  readonly start: number;
  usd: number;
  tokens: number;
}

/**
 * What was spent in the last so many milliseconds, in parts, by the clock that is never set. A part goes when all of it
 * is older than the window.
 */
class RollingPurse extends ReservingPurse {
  readonly #windows: Windows;
  readonly #now: () => number;
  /** Those in which something was spent, the oldest first. */
  #parts: Part[] = [];

  constructor(windows: Windows, { now }: PurseClocks) {
    super();
    this.#windows = windows;
    this.#now = now;
  }

  get isIdle(): boolean {
    this.turn();
    return !this.hasReserved && this.#parts.length === 0;
  }

  get spent(): Amounts {
    return this.#parts.reduce(plus, NOTHING);
  }

  protected add(amounts: Amounts): void {
    if (isNothing(amounts)) return;
    const { start } = this.#windows.at(this.#now());
    let last = this.#parts.at(-1);
    if (last?.start !== start) {
      last = { start, usd: 0, tokens: 0 };
      this.#parts.push(last);
    }
    last.usd += amounts.usd;
    last.tokens += amounts.tokens;
  }

  protected turn(): void {
    const [first] = this.#parts;
    if (first && this.#ends(first) <= this.#now())
      this.#parts = this.#parts.filter((part) => this.#ends(part) > this.#now());
  }

  protected rest(): number {
    const [first] = this.#parts;
    return first ? this.#ends(first) - this.#now() : 0;
  }

  #ends({ start }: Part): number {
    return start + this.#windows.length * (1 + 1 / PARTS);
  }
}
