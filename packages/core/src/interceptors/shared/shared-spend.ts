/**
 * What is spent of a budget that several processes share. What this process spends is told to the store in the
 * background, and kept until the store has heard it; while the store is out of reach, this process spends no more than
 * its share of what was left.
 */
import { type Amounts, NOTHING, type Purse, type PurseClocks, plus, spentBy } from '../spend.ts';
import { circuitOf } from './circuit-breaker.ts';
import type { SharedName } from './shared-limiter.ts';
import type { Spent } from './store.ts';

/**
 * @param window the length of its windows, in ms. One is over when either clock says so, and its end never comes
 * nearer when the time of the day is set back: so a clock that is set over midnight and back refills nothing twice.
 */
export function makeSharedPurse(
  { store, name }: SharedName,
  window: number,
  { date, now }: PurseClocks,
): Purse {
  const circuit = circuitOf(store);
  /** What the store said last. */
  let known: Spent | undefined;
  /** When that window ends, by both clocks. */
  let end = endIn(window - (date() % window));
  /** What the store has not heard yet. */
  let untold = NOTHING;
  let onTheWay = NOTHING;

  function endIn(left: number): { date: number; now: number } {
    return { date: date() + left, now: now() + left };
  }

  const isOver = (): boolean => date() >= end.date || now() >= end.now;

  /** What was spent in a window that is over counts no more. */
  function turn(): void {
    if (!isOver()) return;
    known = undefined;
    untold = NOTHING;
    end = endIn(window - (date() % window));
  }

  function hear(spent: Spent): Spent {
    known = spent;
    end = endIn(spent.left);
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
      return isOver() || (circuit.isClosed && isTold(untold) && isTold(onTheWay));
    },
    async left(budget) {
      turn();
      const spent = await circuit.ask(tell);
      const retryAfter = end.now - now();
      if (spent) return { usd: budget.usd - spent.usd, tokens: budget.tokens - spent.tokens, retryAfter };
      if (store.fallback === 'closed') return undefined;
      return { ...ownShare(budget), retryAfter };
    },
    add(amounts) {
      const spent = spentBy(amounts);
      if (isTold(spent)) return;
      turn();
      untold = plus(untold, spent);
      void circuit.ask(tell);
    },
  };
}

/** True where the store need not hear it: it is nothing. */
const isTold = ({ usd, tokens }: Amounts): boolean => usd === 0 && tokens === 0;
