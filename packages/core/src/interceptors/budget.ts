/**
 * A **budget**: so much money, or so many tokens, in a window of time. Calls are paid for when they end, at their
 * cost; when nothing is left, the next calls are refused, or a warning is written once a window. Calls under way
 * when the budget ends are not stopped, so it is overspent by as much as they cost.
 */
import { LlmTraceError } from '../errors/llmtrace-error.ts';
import { warn } from '../platform/warn.ts';
import { type Key, keyOf, type Layer, perKey } from './feature.ts';
import { refusal } from './limiter.ts';
import type { SharedName } from './shared/shared-limiter.ts';
import { makeSharedPurse } from './shared/shared-spend.ts';
import { type Left, LocalPurse, type Purse, type PurseClocks } from './spend.ts';

/** Options of a budget: an amount of money, of tokens, or of both. */
export interface Budget {
  /**
   * Money, in USD; 0 refuses each call. Calls whose price is not known cost nothing here.
   * Environment: `LLMTRACE_BUDGET_USD`.
   */
  readonly usd?: number | undefined;
  /** Tokens, input and output; 0 refuses each call. Environment: `LLMTRACE_BUDGET_TOKENS`. */
  readonly tokens?: number | undefined;
  /**
   * How long it has to last. Windows begin at the full minute, the full hour, and midnight UTC.
   * Environment: `LLMTRACE_BUDGET_WINDOW`.
   * @default 'day'
   */
  readonly window: 'minute' | 'hour' | 'day';
  /** By what budgets are kept apart. Environment: `LLMTRACE_BUDGET_KEY`. @default 'process' */
  readonly key: Key;
  /** What happens when it is spent. Environment: `LLMTRACE_BUDGET_MODE`. @default 'refuse' */
  readonly mode: 'warn' | 'refuse';
}

export const BUDGET_DEFAULTS: Budget = { window: 'day', key: 'process', mode: 'refuse' };

/** In ms. */
const WINDOWS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** How many keys have a budget in this process: some 200 bytes each. */
const MAX_KEYS = 100_000;
/** With shared budgets, the store has them, and this process remembers what it said last. */
const MAX_SHARED_KEYS = 10_000;

const CLOCKS: PurseClocks = { date: () => Date.now(), now: () => performance.now() };

interface State {
  readonly key: string;
  readonly purse: Purse;
  /** The end of the window that was warned of. */
  warnedUntil: number;
}

/**
 * @param shared where it is kept what several processes spend; absent where each has a budget of its own.
 */
export function budget(options: Budget, shared?: SharedName, clocks: PurseClocks = CLOCKS): Layer {
  const { date } = clocks;
  const { usd = Infinity, tokens = Infinity } = options;
  const length = WINDOWS[options.window];
  const purseOf = (key: string): Purse =>
    shared
      ? makeSharedPurse({ ...shared, name: `${shared.name} ${key}` }, length, clocks)
      : new LocalPurse(length, clocks);
  const stateOf = perKey<State>({
    name: 'budgets',
    most: shared ? MAX_SHARED_KEYS : MAX_KEYS,
    make: (key) => ({ key, purse: purseOf(key), warnedUntil: -Infinity }),
    isIdle: ({ purse }) => purse.isIdle,
  });

  /** Refuses the call, or says once a window that it goes on. */
  function overspent(state: State, { usd: money, retryAfter }: Left): void {
    const { key } = state;
    const what = money <= 0 ? `${usd} USD` : `${tokens} tokens`;
    const spent = `the budget of ${what} a ${options.window} is spent (${key})`;
    if (options.mode === 'refuse') {
      const message = `llmtrace did not send the request: ${spent}.`;
      throw new LlmTraceError(message, { code: 'budget_exceeded', key, retryAfter });
    }
    if (date() >= state.warnedUntil) warn(`${spent}; calls go on`);
    state.warnedUntil = date() + retryAfter;
  }

  return {
    async intercept(call, next) {
      const state = stateOf(keyOf(options.key, call));
      const answer = state.purse.left({ usd, tokens });
      const left = answer instanceof Promise ? await answer : answer;
      if (!left && options.mode === 'refuse') throw refusal('limits_unavailable', state.key);
      if (left && (left.usd <= 0 || left.tokens <= 0)) overspent(state, left);
      return next();
    },
    observer: {
      end(call) {
        const { inputTokens = 0, outputTokens = 0 } = call.response.usage ?? {};
        const { purse } = stateOf(keyOf(options.key, call));
        purse.add({ usd: call.cost?.total ?? 0, tokens: inputTokens + outputTokens });
      },
    },
  };
}
