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
 * A window is over when either clock says so, and its end never comes nearer when the time of the day is set back: so a
 * clock that is set over midnight and back refills nothing twice.
 */
export function makeSharedPurse({ store, name }: SharedName, windows: Windows, clocks: PurseClocks): Purse {
  const { date, now } = clocks;
  const circuit = circuitOf(store);
  /** The last answer of the store. */
  let known: Spent | undefined;
  /** When that window ends, by both clocks. */
  let end = endIn(restOfWindow());
  /** What the store has not heard yet. */
  let untold = NOTHING;
  let onTheWay = NOTHING;
  /** What calls under way are expected to cost: of those that were let through, and of those that ask the store. */
  let reserved = NOTHING;
  let asking = NOTHING;
  /** How many messages are on the way that ask nothing, and whether there is more to tell after them. */
  let telling = false;
  let isStale = false;

  function restOfWindow(): number {
    return windows.isRolling ? windows.length : windows.at(date()).end - date();
  }

  function endIn(left: number): { date: number; now: number } {
    return { date: date() + left, now: now() + left };
  }

  const isOver = (): boolean => date() >= end.date || now() >= end.now;

  /** What was spent in a window that is over counts no more. */
  function turn(): void {
    if (!isOver()) return;
    known = undefined;
    untold = NOTHING;
    end = endIn(restOfWindow());
  }

  function hear(spent: Spent): Spent {
    known = spent;
    end = endIn(windows.isRolling ? windows.length : spent.left);
    return spent;
  }

  /** Tells the store what it has not heard, and hears what is spent in all. */
  async function send(call: Asking | undefined): Promise<Spent> {
    const amounts = untold;
    untold = NOTHING;
    onTheWay = plus(onTheWay, amounts);
    const held = plus(reserved, asking);
    asking = plus(asking, call?.expected ?? NOTHING);
    try {
      return hear(
        await store.spend(name, { ...amounts, window: windows.rule(date()), known, held, asking: call }),
      );
    } catch (error) {
      untold = plus(untold, amounts);
      throw error;
    } finally {
      onTheWay = minus(onTheWay, amounts);
      asking = minus(asking, call?.expected ?? NOTHING);
    }
  }

  /** Sends one message at a time. The next one carries what was spent in the meantime. */
  async function tell(): Promise<void> {
    isStale = true;
    if (telling) return;
    telling = true;
    while (isStale) {
      isStale = false;
      await circuit.ask(() => send(undefined));
    }
    telling = false;
  }

  /** Asks the store to let a call through. What it reserves counts here from the same moment on. */
  async function ask(call: Asking): Promise<Spent | undefined> {
    let isWaiting = true;
    const spent = await circuit.ask(async () => {
      const answer = await send(call);
      if (isWaiting && answer.granted) reserved = plus(reserved, call.expected);
      return answer;
    });
    isWaiting = false;
    // What others of this process asked for meanwhile was reckoned with this one.
    if (!spent?.granted) void tell();
    return spent;
  }

  /** This process's share of what was left when the store was heard last, less what it has spent since then. */
  function ownShare(budget: Amounts): Amounts {
    if (store.fallback === 'open') return { usd: Infinity, tokens: Infinity };
    const spent = known ?? NOTHING;
    const processes = Math.max(known?.processes ?? circuit.configured, circuit.processes);
    const own = plus(plus(untold, onTheWay), reserved);
    return {
      usd: (budget.usd - spent.usd) / processes - own.usd,
      tokens: (budget.tokens - spent.tokens) / processes - own.tokens,
    };
  }

  const retryAfter = (left: number): number | undefined => (windows.length === Infinity ? undefined : left);

  /** What the store left, as this call found it. */
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
      const isTold = isNothing(untold) && isNothing(onTheWay) && isNothing(plus(reserved, asking));
      return isTold && (isOver() || circuit.isClosed);
    },
    get state() {
      turn();
      const own = plus(untold, onTheWay);
      return {
        spent: plus(known ?? NOTHING, own),
        reserved: plus(plus(reserved, asking), known?.reserved ?? NOTHING),
      };
    },
    async reserve(given, budget, always) {
      turn();
      const expected = spentBy(given);
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
      untold = plus(untold, spent);
      if (expected) reserved = minus(reserved, spentBy(expected));
      if (expected || !isNothing(spent)) void tell();
    },
  };
}
