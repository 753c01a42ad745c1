/**
 * The spend of a budget that several processes share. Each call asks the store, which reserves the call's expected cost.
 * This process reports its spend to the store in the background, and keeps each amount until the store has confirmed it.
 * While the store is out of reach, this process spends and reserves no more than its share of the rest.
 */
import {
  type Amounts,
  isNothing,
  isSome,
  type Left,
  minus,
  NOTHING,
  type Purse,
  type PurseClocks,
  plus,
  spentBy,
} from '../spend.ts';
import type { Windows } from '../windows.ts';
import { circuitOf } from './circuit-breaker.ts';
import type { SharedName } from './shared-limiter.ts';
import type { Asking, Spent } from './store.ts';

/**
 * A window ends by the first of two clocks, and its end stays where it is if the time of day is set back. So a clock that is
 * set over midnight and back does not refill the budget twice.
 */
export function makeSharedPurse({ store, name }: SharedName, windows: Windows, clocks: PurseClocks): Purse {
  const { date, now } = clocks;
  const circuit = circuitOf(store);
  /** The last answer of the store. */
  let known: Spent | undefined;
  /** The end of its window, by both clocks. */
  let end = endIn(restOfWindow());
  /** Spend that the store has not received yet. */
  let unsent = NOTHING;
  let inFlight = NOTHING;
  /** The expected cost of the open calls that were let through, and of the calls that ask the store. */
  let reserved = NOTHING;
  let asking = NOTHING;
  /** True while a report of the spend is on its way to the store. */
  let isReporting = false;
  let isStale = false;

  function restOfWindow(): number {
    return windows.isRolling ? windows.length : windows.at(date()).end - date();
  }

  function endIn(left: number): { date: number; now: number } {
    return { date: date() + left, now: now() + left };
  }

  const isOver = (): boolean => date() >= end.date || now() >= end.now;

  /** Drops the spend of a window that is over. */
  function turn(): void {
    if (!isOver()) return;
    known = undefined;
    unsent = NOTHING;
    end = endIn(restOfWindow());
  }

  function receive(spent: Spent): Spent {
    known = spent;
    end = endIn(windows.isRolling ? windows.length : spent.left);
    return spent;
  }

  /** Sends the unsent spend to the store; the answer has the spend of all processes. */
  async function send(call: Asking | undefined): Promise<Spent> {
    const amounts = unsent;
    unsent = NOTHING;
    inFlight = plus(inFlight, amounts);
    const held = plus(reserved, asking);
    asking = plus(asking, call?.expected ?? NOTHING);
    try {
      return receive(
        await store.spend(name, { ...amounts, window: windows.rule(date()), known, held, asking: call }),
      );
    } catch (error) {
      unsent = plus(unsent, amounts);
      throw error;
    } finally {
      inFlight = minus(inFlight, amounts);
      asking = minus(asking, call?.expected ?? NOTHING);
    }
  }

  /** Sends one message at a time. The next one carries what was spent in the meantime. */
  async function report(): Promise<void> {
    isStale = true;
    if (isReporting) return;
    isReporting = true;
    while (isStale) {
      isStale = false;
      await circuit.ask(() => send(undefined));
    }
    isReporting = false;
  }

  /** Asks the store to let a call through. Its reservation counts here from the same moment on. */
  async function ask(call: Asking): Promise<Spent | undefined> {
    let isWaiting = true;
    const spent = await circuit.ask(async () => {
      const answer = await send(call);
      if (isWaiting && answer.granted) reserved = plus(reserved, call.expected);
      return answer;
    });
    isWaiting = false;
    // The answers to other calls of this process counted this call as asking.
    if (!spent?.granted) void report();
    return spent;
  }

  /** This process's share of the rest at the store's last answer, less its own spend since then. */
  function ownShare(budget: Amounts): Amounts {
    if (store.fallback === 'open') return { usd: Infinity, tokens: Infinity };
    const spent = known ?? NOTHING;
    const processes = Math.max(known?.processes ?? circuit.configured, circuit.processes);
    const own = plus(plus(unsent, inFlight), reserved);
    return {
      usd: (budget.usd - spent.usd) / processes - own.usd,
      tokens: (budget.tokens - spent.tokens) / processes - own.tokens,
    };
  }

  const retryAfter = (left: number): number | undefined => (windows.length === Infinity ? undefined : left);

  /** The rest of the budget before this call. */
  function leftOf(spent: Spent, held: Amounts, budget: Amounts): Left {
    const rest = { usd: budget.usd - spent.usd, tokens: budget.tokens - spent.tokens };
    const taken = plus(spent.reserved, held);
    return {
      usd: rest.usd - taken.usd,
      tokens: rest.tokens - taken.tokens,
      retryAfter: isSome(rest) ? undefined : retryAfter(spent.left),
      isGranted: spent.granted,
    };
  }

  return {
    get isIdle() {
      const isSent = isNothing(unsent) && isNothing(inFlight) && isNothing(plus(reserved, asking));
      return isSent && (isOver() || circuit.isClosed);
    },
    get state() {
      turn();
      const own = plus(unsent, inFlight);
      return {
        spent: plus(known ?? NOTHING, own),
        reserved: plus(plus(reserved, asking), known?.reserved ?? NOTHING),
      };
    },
    async reserve(amounts, budget, always) {
      turn();
      const expected = spentBy(amounts);
      const held = plus(reserved, asking);
      const spent = await ask({ expected, budget, always });
      if (spent) return leftOf(spent, held, budget);
      if (store.fallback === 'closed' && !always) return undefined;
      const share = ownShare(budget);
      const isGranted = always || isSome(share);
      if (isGranted) reserved = plus(reserved, expected);
      return { ...share, retryAfter: retryAfter(end.now - now()), isGranted };
    },
    settle(expected, amounts) {
      const spent = spentBy(amounts);
      turn();
      unsent = plus(unsent, spent);
      if (expected) reserved = minus(reserved, spentBy(expected));
      if (expected || !isNothing(spent)) void report();
    },
  };
}
