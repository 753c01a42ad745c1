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
  type PurseState,
  plus,
  spentBy,
} from '../spend.ts';
import type { Windows } from '../windows.ts';
import { type CircuitBreaker, circuitBreakerOf } from './circuit-breaker.ts';
import type { SharedName } from './shared-limiter.ts';
import type { Asking, SharedLimits, Spent } from './store.ts';

/** The end of a window, by both clocks. */
interface End {
  readonly date: number;
  readonly now: number;
}

/**
 * A window ends by the first of two clocks, and its end stays where it is if the time of day is set back. So a clock that is
 * set over midnight and back does not refill the budget twice.
 */
export class SharedPurse implements Purse {
  readonly #store: SharedLimits;
  readonly #name: string;
  readonly #windows: Windows;
  readonly #clocks: PurseClocks;
  readonly #circuit: CircuitBreaker;
  /** The last answer of the store. */
  #known: Spent | undefined;
  #end: End;
  /** Spend that the store has not received yet. */
  #unsent = NOTHING;
  #inFlight = NOTHING;
  /** The expected cost of the open calls that were let through, and of the calls that ask the store. */
  #reserved = NOTHING;
  #asking = NOTHING;
  /** True while a report of the spend is on its way to the store. */
  #isReporting = false;
  #isStale = false;

  constructor({ store, name }: SharedName, windows: Windows, clocks: PurseClocks) {
    this.#store = store;
    this.#name = name;
    this.#windows = windows;
    this.#clocks = clocks;
    this.#circuit = circuitBreakerOf(store);
    this.#end = this.#endOfWindow();
  }

  get isIdle(): boolean {
    const isSent = isNothing(this.#unreceived) && isNothing(this.#promised);
    return isSent && (this.#isOver || this.#circuit.isClosed);
  }

  get state(): PurseState {
    this.#turn();
    return {
      spent: plus(this.#known ?? NOTHING, this.#unreceived),
      reserved: plus(this.#promised, this.#known?.reserved ?? NOTHING),
    };
  }

  async reserve(amounts: Amounts, budget: Amounts, always: boolean): Promise<Left | undefined> {
    this.#turn();
    const expected = spentBy(amounts);
    const promised = this.#promised;
    const spent = await this.#ask({ expected, budget, always });
    if (spent) return this.#leftOf(spent, promised, budget);
    if (this.#store.fallback === 'closed' && !always) return undefined;
    const share = this.#shareOf(budget);
    const isGranted = always || isSome(share);
    if (isGranted) this.#reserved = plus(this.#reserved, expected);
    const retryAfter = this.#retryAfter(this.#end.now - this.#clocks.now());
    return { ...share, retryAfter, isGranted };
  }

  settle(expected: Amounts | undefined, amounts: Amounts): void {
    const spent = spentBy(amounts);
    this.#turn();
    this.#unsent = plus(this.#unsent, spent);
    if (expected) this.#reserved = minus(this.#reserved, spentBy(expected));
    if (expected || !isNothing(spent)) void this.#report();
  }

  /** Spend that the store has not confirmed. */
  get #unreceived(): Amounts {
    return plus(this.#unsent, this.#inFlight);
  }

  /** The expected cost of all calls of this process that have not ended. */
  get #promised(): Amounts {
    return plus(this.#reserved, this.#asking);
  }

  get #isOver(): boolean {
    return this.#clocks.date() >= this.#end.date || this.#clocks.now() >= this.#end.now;
  }

  /** Drops the spend of a window that is over. */
  #turn(): void {
    if (!this.#isOver) return;
    this.#known = undefined;
    this.#unsent = NOTHING;
    this.#end = this.#endOfWindow();
  }

  #endOfWindow(): End {
    const { isRolling, length } = this.#windows;
    const date = this.#clocks.date();
    return this.#endIn(isRolling ? length : this.#windows.at(date).end - date);
  }

  #endIn(left: number): End {
    return { date: this.#clocks.date() + left, now: this.#clocks.now() + left };
  }

  /** Sends the unsent spend to the store; the answer has the spend of all processes. */
  async #send(call?: Asking): Promise<Spent> {
    const amounts = this.#unsent;
    const expected = call?.expected ?? NOTHING;
    const pending = this.#promised;
    this.#unsent = NOTHING;
    this.#inFlight = plus(this.#inFlight, amounts);
    this.#asking = plus(this.#asking, expected);
    try {
      const window = this.#windows.rule(this.#clocks.date());
      const message = { ...amounts, window, known: this.#known, pending, asking: call };
      return this.#receive(await this.#store.spend(this.#name, message));
    } catch (error) {
      this.#unsent = plus(this.#unsent, amounts);
      throw error;
    } finally {
      this.#inFlight = minus(this.#inFlight, amounts);
      this.#asking = minus(this.#asking, expected);
    }
  }

  #receive(spent: Spent): Spent {
    this.#known = spent;
    this.#end = this.#endIn(this.#windows.isRolling ? this.#windows.length : spent.left);
    return spent;
  }

  /** Sends one message at a time. The next one carries what was spent in the meantime. */
  async #report(): Promise<void> {
    this.#isStale = true;
    if (this.#isReporting) return;
    this.#isReporting = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.#circuit.ask(() => this.#send());
    }
    this.#isReporting = false;
  }

  /** Asks the store to let a call through. Its reservation counts here from the same moment on. */
  async #ask(call: Asking): Promise<Spent | undefined> {
    let isWaiting = true;
    const spent = await this.#circuit.ask(async () => {
      const answer = await this.#send(call);
      if (isWaiting && answer.granted) this.#reserved = plus(this.#reserved, call.expected);
      return answer;
    });
    isWaiting = false;
    // The answers to other calls of this process counted this call as asking.
    if (!spent?.granted) void this.#report();
    return spent;
  }

  /** This process's share of the rest at the store's last answer, less its spend since then. */
  #shareOf(budget: Amounts): Amounts {
    if (this.#store.fallback === 'open') return { usd: Infinity, tokens: Infinity };
    const spent = this.#known ?? NOTHING;
    const { configured, processes: counted } = this.#circuit;
    const processes = Math.max(this.#known?.processes ?? configured, counted);
    const taken = plus(this.#unreceived, this.#reserved);
    return {
      usd: (budget.usd - spent.usd) / processes - taken.usd,
      tokens: (budget.tokens - spent.tokens) / processes - taken.tokens,
    };
  }

  /** The rest of the budget before a call. */
  #leftOf(spent: Spent, promised: Amounts, budget: Amounts): Left {
    const rest = { usd: budget.usd - spent.usd, tokens: budget.tokens - spent.tokens };
    const taken = plus(spent.reserved, promised);
    return {
      usd: rest.usd - taken.usd,
      tokens: rest.tokens - taken.tokens,
      retryAfter: isSome(rest) ? undefined : this.#retryAfter(spent.left),
      isGranted: spent.granted,
    };
  }

  /** A window that never ends has no time after which a retry makes sense. */
  #retryAfter(left: number): number | undefined {
    return this.#windows.length === Infinity ? undefined : left;
  }
}
