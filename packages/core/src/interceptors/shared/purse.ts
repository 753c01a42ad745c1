/**
 * What is spent of a budget that several processes share. What this process spends is told to the store in the
 * background, and kept until the store has heard it; while the store is out of reach, this process spends no more than
 * its share of what was left.
 */
import { type Amounts, NOTHING, type Purse, plus } from '../purse.ts';
import { circuitOf } from './circuit.ts';
import type { SharedName } from './limiter.ts';
import type { Spent } from './port.ts';

/**
 * @param window the length of its windows, in ms.
 * @param date the time of the day, in ms.
 */
export function makeSharedPurse({ store, name }: SharedName, window: number, date: () => number): Purse {
  const circuit = circuitOf(store);
  /** What the store said last, and when that window ends. */
  let known: Spent | undefined;
  let endOf = endOfWindow();
  /** What the store has not heard yet. */
  let untold = NOTHING;
  let onTheWay = NOTHING;

  function endOfWindow(): number {
    return (Math.floor(date() / window) + 1) * window;
  }

  /** What was spent in a window that is over counts no more. */
  function turn(): void {
    if (date() < endOf) return;
    known = undefined;
    untold = NOTHING;
    endOf = endOfWindow();
  }

  function hear(spent: Spent): Spent {
    known = spent;
    endOf = date() + spent.left;
    return spent;
  }

  /** Tells the store what it has not heard, and hears what is spent in all. */
  async function tell(): Promise<Spent> {
    const amounts = untold;
    untold = NOTHING;
    onTheWay = plus(onTheWay, amounts);
    try {
      return hear(await store.spend(name, { ...amounts, window, known }));
    } catch (error) {
      untold = plus(untold, amounts);
      throw error;
    } finally {
      onTheWay = { usd: onTheWay.usd - amounts.usd, tokens: onTheWay.tokens - amounts.tokens };
    }
  }

  /** This process's share of what was left when the store was heard last, less what it has spent since then. */
  function ownShare(budget: Amounts): Amounts {
    if (store.fallback === 'open') return { usd: Infinity, tokens: Infinity };
    const spent = known ?? NOTHING;
    const processes = Math.max(known?.processes ?? circuit.configured, circuit.processes);
    const own = plus(untold, onTheWay);
    return {
      usd: (budget.usd - spent.usd) / processes - own.usd,
      tokens: (budget.tokens - spent.tokens) / processes - own.tokens,
    };
  }

  return {
    get isIdle() {
      return date() >= endOf;
    },
    async left(budget) {
      turn();
      const spent = await circuit.ask(tell);
      const retryAfter = endOf - date();
      if (spent) return { usd: budget.usd - spent.usd, tokens: budget.tokens - spent.tokens, retryAfter };
      if (store.fallback === 'closed') return undefined;
      return { ...ownShare(budget), retryAfter };
    },
    add(spent) {
      if (spent.usd === 0 && spent.tokens === 0) return;
      turn();
      untold = plus(untold, spent);
      void circuit.ask(tell);
    },
  };
}
