/** What is spent of a budget, and what is left of it until the window ends. */

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

/**
 * The purse of this process alone.
 *
 * @param length of its windows, in ms.
 * @param date the time of the day, in ms.
 */
export function makePurse(length: number, date: () => number): Purse {
  let spent = NOTHING;
  let window = Math.floor(date() / length);
  const turn = (): void => {
    const current = Math.floor(date() / length);
    if (window !== current) spent = NOTHING;
    window = current;
  };
  return {
    get isIdle() {
      return window !== Math.floor(date() / length);
    },
    left({ usd, tokens }) {
      turn();
      return {
        usd: usd - spent.usd,
        tokens: tokens - spent.tokens,
        retryAfter: (window + 1) * length - date(),
      };
    },
    add(amounts) {
      turn();
      spent = plus(spent, amounts);
    },
  };
}
