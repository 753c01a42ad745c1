/**
 * A **budget**: an amount of money or of tokens for a window of time. Each call reserves its expected cost before it is
 * sent, and pays its actual cost when it ends. Once the budget is spent, it refuses the next calls, or writes one warning
 * a window. It stops no open call: the last call that it lets through overspends by its reservation at most, and each
 * open call by the part of its cost beyond the expected one.
 */
import { LlmTraceError } from '../errors/llmtrace-error.ts';
import { wasAnswered } from '../model/billing.ts';
import type { Call, Interceptor, Observer } from '../model/call.ts';
import { warn } from '../platform/warn.ts';
import { type Conceal, type Key, keyOf, type Layer, PerKey } from './feature.ts';
import { type Expected, type Forecast, makeForecast, type Pricing } from './forecast.ts';
import { refusal } from './limiter.ts';
import type { SharedName } from './shared/shared-limiter.ts';
import { SharedPurse } from './shared/shared-spend.ts';
import {
  type Amounts,
  isSome,
  type Left,
  makeLocalPurse,
  NOTHING,
  type Purse,
  type PurseClocks,
} from './spend.ts';
import { type WindowName, type Windows, windowsOf } from './windows.ts';

/** Options of a budget: an amount of money, of tokens, or of both. */
export interface Budget {
  /** Money, in USD; 0 refuses each call. Environment: `LLMTRACE_BUDGET_USD`. */
  readonly usd?: number | undefined;
  /** Tokens, input and output; 0 refuses each call. Environment: `LLMTRACE_BUDGET_TOKENS`. */
  readonly tokens?: number | undefined;
  /**
   * How long it has to last. Windows begin at the full minute, the full hour, midnight, midnight of Monday, and midnight
   * of the first of the month; `total` never ends. Environment: `LLMTRACE_BUDGET_WINDOW`.
   * @default 'day'
   */
  readonly window: WindowName;
  /**
   * Count the last minute, hour, 24 hours, 7 days or 30 days, in place of the calendar's.
   * Environment: `LLMTRACE_BUDGET_ROLLING`.
   * @default false
   */
  readonly rolling: boolean;
  /** Where the calendar's windows begin: `Europe/Berlin`. Environment: `LLMTRACE_BUDGET_TIME_ZONE`. @default 'UTC' */
  readonly timeZone: string;
  /** The key of budgets: one budget for each value. Environment: `LLMTRACE_BUDGET_KEY`. @default 'process' */
  readonly key: Key;
  /** What happens when it is spent. Environment: `LLMTRACE_BUDGET_MODE`. @default 'refuse' */
  readonly mode: 'warn' | 'refuse';
  /**
   * What a call is taken to have cost whose usage never came: what it was expected to (`estimate`), or nothing
   * (`allow`). `refuse` estimates, too, and refuses calls whose price is not known, and those of a model whose last call
   * came without its usage. Environment: `LLMTRACE_BUDGET_UNKNOWN`.
   * @default 'estimate'
   */
  readonly unknown: 'estimate' | 'allow' | 'refuse';
}

/** How many keys have a budget in this process: some 300 bytes each. */
const MAX_KEYS = 100_000;
/** For a shared budget, the last answer of the store. */
const MAX_SHARED_KEYS = 10_000;
/** Of how many models it is remembered that their usage does not come. */
const MAX_BLIND = 1000;

const CLOCKS: PurseClocks = { date: () => Date.now(), now: () => performance.now() };

interface State {
  readonly key: string;
  readonly purse: Purse;
  /** The end of the window that was warned of. */
  warnedUntil: number;
}

/** What a call has reserved. */
interface Reservation {
  readonly state: State;
  readonly expected: Expected;
}

/** A budget of money and one of its keys, as metrics show it. */
export interface BudgetReading {
  /** Which budget: `50 USD a day`. */
  readonly budget: string;
  readonly key: string;
  /** In USD. */
  readonly spent: number;
  /** In USD, less the expected cost of open calls; at least 0. */
  readonly remaining: number;
}

/** The settings of a budget that are not its options. */
export interface BudgetSetting {
  /** The store of a budget that several processes share; absent: each process has a budget of its own. */
  readonly shared?: SharedName | undefined;
  readonly clocks?: PurseClocks;
  readonly pricing: Pricing;
  /** Hashes values of the baggage in keys; absent: keys have the values themselves. */
  readonly conceal?: Conceal;
  /** The period as messages name it, if the budget is not for a window: `a run`. */
  readonly period?: string;
}

interface BudgetLayer extends Layer {
  readings(): BudgetReading[];
}

/** The budgets of this process. They are forgotten with the configurations that have them. */
const watched = new Set<WeakRef<BudgetLayer>>();

/** A budget that {@link budgetReadings} shows. */
export function watchedBudget(options: Budget, setting: BudgetSetting): Layer {
  const layer = budget(options, setting);
  watched.add(new WeakRef(layer));
  return layer;
}

/** The spent and the remaining money of all budgets of this process, by key. */
export function budgetReadings(): BudgetReading[] {
  return [...watched].flatMap((reference) => {
    const layer = reference.deref();
    if (!layer) watched.delete(reference);
    return layer?.readings() ?? [];
  });
}

export const budget = (options: Budget, setting: BudgetSetting): BudgetLayer =>
  new EnforcedBudget(options, setting);

class EnforcedBudget implements BudgetLayer {
  readonly #options: Budget;
  /** Per key; what is not limited is Infinity. */
  readonly #budget: Amounts;
  readonly #pricing: Pricing;
  readonly #conceal: Conceal | undefined;
  readonly #period: string;
  readonly #clocks: PurseClocks;
  readonly #windows: Windows;
  readonly #forecast: Forecast;
  readonly #states: PerKey<State>;
  readonly #reservations = new WeakMap<Call, Reservation>();
  /** The models, plain or streamed, whose last call came without its usage. */
  readonly #blind = new Set<string>();

  constructor(options: Budget, setting: BudgetSetting) {
    const { shared, clocks = CLOCKS, pricing, conceal, period = periodOf(options) } = setting;
    const { usd = Infinity, tokens = Infinity } = options;
    const windows = windowsOf(options.window, options.rolling, options.timeZone);
    this.#options = options;
    this.#budget = { usd, tokens };
    this.#pricing = pricing;
    this.#conceal = conceal;
    this.#period = period;
    this.#clocks = clocks;
    this.#windows = windows;
    this.#forecast = makeForecast(pricing);
    this.#states = new PerKey<State>({
      name: 'budgets',
      most: shared ? MAX_SHARED_KEYS : MAX_KEYS,
      make: (key) => ({ key, purse: purseOf(key, windows, shared, clocks), warnedUntil: -Infinity }),
      isIdle: ({ purse }) => purse.isIdle,
    });
    if (options.key === 'process') this.#states.of('process');
  }

  readonly intercept: Interceptor = async (call, next) => {
    const reservation = await this.#reserve(call);
    try {
      const answer = await next();
      if (this.#reservations.has(call)) this.#settle(call); // an interceptor repeats a call that was answered
      this.#reservations.set(call, reservation);
      // The reservation lasts until the call ends. The call may have ended before this line.
      if (call.endTime !== undefined) this.#settle(call);
      return answer;
    } catch (error) {
      reservation.state.purse.settle(reservation.expected, NOTHING);
      throw error;
    }
  };

  readonly observer: Observer = {
    end: (call) => this.#settle(call),
    usage: (call) => this.#settle(call),
  };

  readings(): BudgetReading[] {
    const { usd } = this.#budget;
    if (usd === Infinity) return [];
    return [...this.#states.all()].map((state) => readingOf(state, usd, this.#period));
  }

  #stateFor(call: Call): State {
    return this.#states.of(keyOf(this.#options.key, call, this.#conceal));
  }

  async #reserve(call: Call): Promise<Reservation> {
    const { mode } = this.#options;
    const state = this.#stateFor(call);
    const expected = this.#expectedOf(call);
    if (mode === 'refuse') this.#expectKnown(call, state.key, expected);
    const answer = state.purse.reserve(expected, this.#budget, mode === 'warn');
    this.#check(state, answer instanceof Promise ? await answer : answer);
    return { state, expected };
  }

  /** An error here costs the telemetry, never the call. */
  #expectedOf(call: Call): Expected {
    try {
      return this.#forecast.expect(call);
    } catch {
      return { ...NOTHING, isPriced: false };
    }
  }

  #expectKnown(call: Call, key: string, { isPriced }: Expected): void {
    if (this.#options.unknown !== 'refuse') return;
    if (this.#budget.usd !== Infinity && !isPriced) throw refusal('cost_unknown', key);
    if (this.#blind.has(kindOf(call))) throw refusal('cost_unknown', key);
  }

  #check(state: State, left: Left | undefined): void {
    if (this.#options.mode === 'warn') {
      if (left && !isSome(left)) this.#warnOfOverspending(state, left);
      return;
    }
    if (!left) throw refusal('limits_unavailable', state.key);
    if (left.isGranted) return;
    const message = `llmtrace did not send the request: ${this.#overspending(state, left)}.`;
    const { retryAfter } = left;
    throw new LlmTraceError(message, { code: 'budget_exceeded', key: state.key, retryAfter });
  }

  /** Warns once a window. */
  #warnOfOverspending(state: State, left: Left): void {
    if (this.#isReserved(left)) return; // the open calls may cost less
    const date = this.#clocks.date();
    if (date >= state.warnedUntil) warn(`${this.#overspending(state, left)}; calls go on`);
    state.warnedUntil = date + (left.retryAfter ?? Infinity);
  }

  #overspending({ key }: State, left: Left): string {
    const { usd, tokens } = this.#budget;
    const amount = left.usd <= 0 ? `${usd} USD` : `${tokens} tokens`;
    const by = this.#isReserved(left) ? ', by calls under way' : '';
    return `the budget of ${amount} ${this.#period} is spent${by} (${key})`;
  }

  /** True if open calls have reserved the rest of the budget. */
  #isReserved({ retryAfter }: Left): boolean {
    return retryAfter === undefined && this.#windows.length !== Infinity;
  }

  #settle(call: Call): void {
    const reservation = this.#reservations.get(call);
    this.#reservations.delete(call);
    const { purse } = reservation?.state ?? this.#stateFor(call);
    purse.settle(reservation?.expected, this.#spentBy(call, reservation?.expected));
  }

  #spentBy(call: Call, expected: Expected | undefined): Amounts {
    const seen = seenOf(call);
    if (!expected || !wasAnswered(call)) return seen;
    const isWhole = isWholeUsage(call);
    if (isWhole) this.#forecast.learn(call);
    this.#rememberBlind(call, isWhole);
    if (this.#pricing.isPrepaid(call)) return { ...seen, usd: 0 };
    return this.#options.unknown === 'allow' ? seen : estimated(call, seen, expected, isWhole);
  }

  #rememberBlind(call: Call, isWhole: boolean): void {
    if (this.#options.unknown !== 'refuse' || call.outcome !== 'completed') return;
    if (isWhole) this.#blind.delete(kindOf(call));
    else if (this.#blind.size < MAX_BLIND) this.#blind.add(kindOf(call));
  }
}

const purseOf = (
  key: string,
  windows: Windows,
  shared: SharedName | undefined,
  clocks: PurseClocks,
): Purse =>
  shared
    ? new SharedPurse({ ...shared, name: `${shared.name} ${key}` }, windows, clocks)
    : makeLocalPurse(windows, clocks);

/** As a message names it: `a day`, `in 24 hours that roll`. */
const periodOf = ({ window, rolling }: Budget): string => {
  if (window === 'total') return 'in total';
  return rolling ? `a rolling ${window}` : `a ${window}`;
};

function readingOf({ key, purse }: State, usd: number, period: string): BudgetReading {
  const { spent, reserved } = purse.state;
  const remaining = Math.max(usd - spent.usd - reserved.usd, 0);
  return { budget: `${usd} USD ${period}`, key, spent: spent.usd, remaining };
}

const kindOf = ({ provider, request }: Call): string =>
  `${provider} ${request.model ?? ''} ${request.stream === true}`;

/** What is known that a call has spent. */
function seenOf({ response, cost }: Call): Amounts {
  const { inputTokens = 0, outputTokens = 0 } = response.usage ?? {};
  return { usd: cost?.total ?? 0, tokens: inputTokens + outputTokens };
}

/** Whether the usage of all of the answer has come. */
function isWholeUsage({ outcome, operation, response }: Call): boolean {
  const { inputTokens, outputTokens } = response.usage ?? {};
  const has = operation === 'embeddings' ? inputTokens : (outputTokens ?? response.usage?.reportedCost);
  return outcome === 'completed' && has !== undefined;
}

/** The spend of a call; an unknown amount is replaced by the expected one. */
function estimated(call: Call, seen: Amounts, expected: Expected, isWhole: boolean): Amounts {
  if (isWhole && (call.cost || !expected.isPriced)) return seen;
  call.isEstimated = true;
  return {
    usd: Math.max(seen.usd, expected.usd),
    tokens: isWhole ? seen.tokens : Math.max(seen.tokens, expected.tokens),
  };
}
