/**
 * A **budget**: an amount of money or of tokens for a window of time. Each call reserves its expected cost before it is
 * sent, and pays its actual cost when it ends. Once the budget is spent, it refuses the next calls, or writes one warning
 * a window. It stops no open call: the last call that it lets through overspends by its reservation at most, and each
 * open call by the part of its cost beyond the expected one.
 */
import { LlmTraceError } from '../errors/llmtrace-error.ts';
import type { Call } from '../model/call.ts';
import { warn } from '../platform/warn.ts';
import { type Conceal, type Key, keyOf, type Layer, perKey } from './feature.ts';
import { type Expected, makeForecast, type Pricing } from './forecast.ts';
import { refusal } from './limiter.ts';
import type { SharedName } from './shared/shared-limiter.ts';
import { makeSharedPurse } from './shared/shared-spend.ts';
import { type Amounts, isSome, type Left, makeLocalPurse, type Purse, type PurseClocks } from './spend.ts';
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

export const BUDGET_DEFAULTS: Budget = {
  window: 'day',
  rolling: false,
  timeZone: 'UTC',
  key: 'process',
  mode: 'refuse',
  unknown: 'estimate',
};

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

export function budget(options: Budget, setting: BudgetSetting): BudgetLayer {
  const { shared, clocks = CLOCKS, pricing, conceal, period = periodOf(options) } = setting;
  const { date } = clocks;
  const { usd = Infinity, tokens = Infinity, mode, unknown } = options;
  const windows = windowsOf(options.window, options.rolling, options.timeZone);
  const forecast = makeForecast(pricing);
  const stateOf = perKey<State>({
    name: 'budgets',
    most: shared ? MAX_SHARED_KEYS : MAX_KEYS,
    make: (key) => ({ key, purse: purseOf(key, windows, shared, clocks), warnedUntil: -Infinity }),
    isIdle: ({ purse }) => purse.isIdle,
  });
  if (options.key === 'process') stateOf('process');
  const reservations = new WeakMap<Call, Reservation>();
  /** The models, plain or streamed, whose last call came without its usage. */
  const blind = new Set<string>();

  /** Refuses the call, or says once a window that it goes on. */
  function overspent(state: State, left: Left): void {
    const { key } = state;
    const { retryAfter } = left;
    const what = left.usd <= 0 ? `${usd} USD` : `${tokens} tokens`;
    const isReserved = retryAfter === undefined && windows.length !== Infinity;
    const by = isReserved ? ', by calls under way' : '';
    const spent = `the budget of ${what} ${period} is spent${by} (${key})`;
    if (mode === 'refuse') {
      const message = `llmtrace did not send the request: ${spent}.`;
      throw new LlmTraceError(message, { code: 'budget_exceeded', key, retryAfter });
    }
    if (isReserved) return; // they may cost less
    if (date() >= state.warnedUntil) warn(`${spent}; calls go on`);
    state.warnedUntil = date() + (retryAfter ?? Infinity);
  }

  /** An error here costs the telemetry, never the call. */
  function expectedOf(call: Call): Expected {
    try {
      return forecast.expect(call);
    } catch {
      return { usd: 0, tokens: 0, isPriced: false };
    }
  }

  function expectKnown(call: Call, key: string, { isPriced }: Expected): void {
    if (unknown !== 'refuse') return;
    if (usd !== Infinity && !isPriced) throw refusal('cost_unknown', key);
    if (blind.has(kindOf(call))) throw refusal('cost_unknown', key);
  }

  async function reserve(call: Call): Promise<Reservation> {
    const state = stateOf(keyOf(options.key, call, conceal));
    const expected = expectedOf(call);
    if (mode === 'refuse') expectKnown(call, state.key, expected);
    const answer = state.purse.reserve(expected, { usd, tokens }, mode === 'warn');
    const left = answer instanceof Promise ? await answer : answer;
    check(state, left);
    return { state, expected };
  }

  function check(state: State, left: Left | undefined): void {
    if (mode === 'warn') {
      if (left && !isSome(left)) overspent(state, left);
    } else if (!left) throw refusal('limits_unavailable', state.key);
    else if (!left.isGranted) overspent(state, left);
  }

  function settle(call: Call): void {
    const reservation = reservations.get(call);
    reservations.delete(call);
    const { purse } = reservation?.state ?? stateOf(keyOf(options.key, call, conceal));
    purse.settle(reservation?.expected, spentBy(call, reservation?.expected));
  }

  function spentBy(call: Call, expected: Expected | undefined): Amounts {
    const seen = seenOf(call);
    if (!expected || !wasAnswered(call)) return seen;
    const isWhole = isWholeUsage(call);
    if (isWhole) forecast.learn(call);
    noteBlind(call, isWhole);
    if (pricing.isPrepaid(call)) return { ...seen, usd: 0 };
    return unknown === 'allow' ? seen : estimated(call, seen, expected, isWhole);
  }

  function noteBlind(call: Call, isWhole: boolean): void {
    if (unknown !== 'refuse' || call.outcome !== 'completed') return;
    if (isWhole) blind.delete(kindOf(call));
    else if (blind.size < MAX_BLIND) blind.add(kindOf(call));
  }

  return {
    async intercept(call, next) {
      const reservation = await reserve(call);
      try {
        const answer = await next();
        if (reservations.has(call)) settle(call); // an interceptor that repeats what was answered
        reservations.set(call, reservation);
        // Held until the call ends, which it may have done meanwhile.
        if (call.endTime !== undefined) settle(call);
        return answer;
      } catch (error) {
        reservation.state.purse.settle(reservation.expected, { usd: 0, tokens: 0 });
        throw error;
      }
    },
    observer: { end: settle, usage: settle },
    readings: () =>
      usd === Infinity ? [] : [...stateOf.all()].map((state) => readingOf(state, usd, period)),
  };
}

const purseOf = (
  key: string,
  windows: Windows,
  shared: SharedName | undefined,
  clocks: PurseClocks,
): Purse =>
  shared
    ? makeSharedPurse({ ...shared, name: `${shared.name} ${key}` }, windows, clocks)
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

/** False for a call that failed before anything of an answer came: vendors bill no errors. */
const wasAnswered = ({ outcome, chunks }: Call): boolean => outcome !== 'failed' || chunks > 0;

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
