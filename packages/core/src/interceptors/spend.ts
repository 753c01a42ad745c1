/** What is spent of a budget, and what is left of it until the window ends. */
import { MAX_TOKENS, MAX_USD } from '../platform/bounds.ts';

/** Money, in USD, and tokens. */
export interface Amounts {
  readonly usd: number;
  readonly tokens: number;
}

/** What may still be spent; 0 or less of one of them: nothing. */
export interface Left extends Amounts {
  /** Until the window ends, in ms. */
  readonly retryAfter: number;
}

export interface Purse {
  /** True where nothing depends on it. */
  readonly isIdle: boolean;
  /**
   * @param budget of a window.
   * @returns undefined where nobody knows, and nothing is to be spent then.
   */
  left(budget: Amounts): Left | Promise<Left | undefined>;
  /** So much was spent. */
  add(spent: Amounts): void;
}

export const NOTHING: Amounts = { usd: 0, tokens: 0 };

export const plus = (a: Amounts, b: Amounts): Amounts => ({
  usd: a.usd + b.usd,
  tokens: a.tokens + b.tokens,
});

/** What one call may spend: what is not a number, or is below 0, spends nothing, and gives nothing back. */
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
 * The purse of this process alone. There may be one for each of many keys: it is a class, and has 5 numbers.
 *
 * A window is refilled once. Its number comes from the time of the day and never goes back, so that a clock that is set
 * over midnight and back again refills nothing twice. Where it was set far ahead by mistake, and back, the window ends
 * when its length has passed by the other clock.
 */
export class LocalPurse implements Purse {
  readonly #length: number;
  readonly #clocks: PurseClocks;
  #usd = 0;
  #tokens = 0;
  #window: number;
  /** When the window was filled, by {@link PurseClocks.now}. */
  #filledAt: number;

  /** @param length of its windows, in ms. */
  constructor(length: number, clocks: PurseClocks) {
    this.#length = length;
    this.#clocks = clocks;
    this.#window = this.#current();
    this.#filledAt = clocks.now();
  }

  get isIdle(): boolean {
    return this.#isOver() || (this.#usd === 0 && this.#tokens === 0);
  }

  left({ usd, tokens }: Amounts): Left {
    this.#turn();
    return { usd: usd - this.#usd, tokens: tokens - this.#tokens, retryAfter: this.#rest() };
  }

  add(amounts: Amounts): void {
    this.#turn();
    const { usd, tokens } = spentBy(amounts);
    this.#usd += usd;
    this.#tokens += tokens;
  }

  #current(): number {
    return Math.floor(this.#clocks.date() / this.#length);
  }

  #elapsed(): number {
    return this.#clocks.now() - this.#filledAt;
  }

  #isOver(): boolean {
    const current = this.#current();
    return current > this.#window || (current < this.#window && this.#elapsed() >= this.#length);
  }

  #turn(): void {
    if (!this.#isOver()) return;
    this.#usd = 0;
    this.#tokens = 0;
    this.#window = this.#current();
    this.#filledAt = this.#clocks.now();
  }

  /** Until the window ends, in ms. */
  #rest(): number {
    const rest = (this.#window + 1) * this.#length - this.#clocks.date();
    return rest <= this.#length ? rest : Math.min(rest, this.#length - this.#elapsed());
  }
}
