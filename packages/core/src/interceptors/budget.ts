/**
 * A **budget**: so much money, or so many tokens, in a window of time. Calls are paid for when they end, at their
 * cost; when nothing is left, the next calls are refused, or a warning is written once a window. Calls under way
 * when the budget ends are not stopped, so it is overspent by as much as they cost.
 */
import type { Call } from '../call.ts';
import { LlmTraceError } from '../llmtrace-error.ts';
import { warn } from '../warn.ts';
import { type Key, keyOf, type Layer, perKey } from './layer.ts';

/** Options of a budget: an amount of money, of tokens, or of both. */
export interface Budget {
  /** Money, in USD; calls whose price is not known cost nothing here. Environment: `LLMTRACE_BUDGET_USD`. */
  readonly usd?: number | undefined;
  /** Tokens, input and output. Environment: `LLMTRACE_BUDGET_TOKENS`. */
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

interface State {
  readonly key: string;
  /** The number of the window that is counted. */
  window: number;
  usd: number;
  tokens: number;
  warned: boolean;
}

/** @param date the time of the day, in ms. */
export function budget(options: Budget, date: () => number = () => Date.now()): Layer {
  const { usd = Infinity, tokens = Infinity } = options;
  const length = WINDOWS[options.window];
  const windowOf = (): number => Math.floor(date() / length);
  const stateOf = perKey<State>(
    (key) => ({ key, window: windowOf(), usd: 0, tokens: 0, warned: false }),
    ({ window }) => window !== windowOf(),
  );

  function current(call: Call): State {
    const state = stateOf(keyOf(options.key, call));
    const window = windowOf();
    if (state.window !== window) Object.assign(state, { window, usd: 0, tokens: 0, warned: false });
    return state;
  }

  function spent(state: State): string {
    const what = state.usd >= usd ? `${usd} USD` : `${tokens} tokens`;
    return `the budget of ${what} a ${options.window} is spent (${state.key})`;
  }

  return {
    async intercept(call, next) {
      const state = current(call);
      if (state.usd < usd && state.tokens < tokens) return next();
      if (options.mode === 'refuse') {
        const retryAfter = (state.window + 1) * length - date();
        const message = `llmtrace did not send the request: ${spent(state)}.`;
        throw new LlmTraceError(message, { code: 'budget_exceeded', key: state.key, retryAfter });
      }
      if (!state.warned) warn(`${spent(state)}; calls go on`);
      state.warned = true;
      return next();
    },
    observer: {
      end(call) {
        const { inputTokens = 0, outputTokens = 0 } = call.response.usage ?? {};
        const state = current(call);
        state.usd += call.cost?.total ?? 0;
        state.tokens += inputTokens + outputTokens;
      },
    },
  };
}
