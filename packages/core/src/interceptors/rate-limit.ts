/**
 * Keeps calls within limits of requests, tokens and concurrency. Excess calls wait in line or are refused. It runs
 * inside of retries: every attempt is a request that the vendor counts.
 */

import { classifyError } from '../errors/index.ts';
import type { Call, Remaining } from '../model/call.ts';
import { type Demand, demandedValue } from '../platform/safe-callback.ts';
import type { Limits } from './admission.ts';
import { type Conceal, type Key, keyOf, type Layer, PerKey } from './feature.ts';
import { type Limiter, LocalLimiter, type Ticket } from './limiter.ts';
import { SharedLimiter, type SharedName } from './shared/shared-limiter.ts';
import { spentBy } from './spend.ts';
import { type VendorLimits, vendorLimits } from './vendor-limits.ts';

/** Options of a rate limit: at least one limit, or `followVendor`. */
export interface RateLimit extends Limits {
  /** The scope of the limit. Environment: `LLMTRACE_RATE_LIMIT_KEY`. @default 'model' */
  readonly key: Key;
  /** Whether an excess call waits or is refused. Environment: `LLMTRACE_RATE_LIMIT_MODE`. @default 'wait' */
  readonly mode: 'wait' | 'refuse';
  /**
   * The longest wait, in ms; then the call is refused. Environment: `LLMTRACE_RATE_LIMIT_MAX_WAIT`.
   * @default 60_000
   */
  readonly maxWait: number;
  /**
   * How many calls may wait for one key; further ones are refused. Environment: `LLMTRACE_RATE_LIMIT_MAX_QUEUE`.
   * @default 10_000
   */
  readonly maxQueue: number;
  /**
   * How many tokens a call is taken to use until its usage is known: a number, or a function.
   * @default what calls of the same key have used on average; before that what the request allows as output, or 1,000
   */
  readonly estimate?: number | ((call: Call) => number) | undefined;
  /**
   * Follow the vendor's rate-limit headers (`x-ratelimit-*`, `anthropic-ratelimit-*`) and its 429s.
   * Environment: `LLMTRACE_RATE_LIMIT_FOLLOW_VENDOR`.
   * @default false
   */
  readonly followVendor: boolean;
}

/** The clocks of a rate limit. */
export interface Clocks {
  /** The clock of calls, in ms. */
  readonly now: () => number;
  /** The time of the day, in ms. */
  readonly date: () => number;
}

const CLOCKS: Clocks = { now: () => performance.now(), date: () => Date.now() };

/** The number of keys with separate limits in this process. */
const MAX_KEYS = 10_000;
const FIRST_ESTIMATE = 1000;
/** How much the last call counts in the average of all before it. */
const WEIGHT = 0.2;
/** How long nothing is sent after a 429 that names no wait, in ms. */
const PAUSE = 1000;

/** The state of a key. */
interface State {
  readonly limiter: Limiter;
  /** The tokens of a call, on average; undefined before the first one. */
  average: number | undefined;
}

/** The reservation of a call until it ends. */
interface Reservation {
  readonly state: State;
  readonly ticket: Ticket;
}

/** The settings of a rate limit that are not its options. */
export interface RateLimitSetting {
  /** The store of a limit that several processes share; absent: this process has the limit alone. */
  readonly shared?: SharedName | undefined;
  readonly clocks?: Clocks;
  /** Hashes values of the baggage in keys; absent: keys have the values themselves. */
  readonly conceal?: Conceal;
}

/** The interceptor waits for the call's turn; the observer releases the call's reservation and settles its tokens. */
export function rateLimit(options: RateLimit, setting: RateLimitSetting = {}): Layer {
  const limit = new KeyedRateLimit(options, setting);
  return {
    intercept: (call, next) => limit.run(call, next),
    observer: { end: (call) => limit.end(call) },
  };
}

/** A rate limit with a limiter for each key, and the reservations of its calls. */
class KeyedRateLimit {
  readonly #options: RateLimit;
  readonly #clocks: Clocks;
  readonly #conceal: Conceal | undefined;
  readonly #states: PerKey<State>;
  /** Of calls that were answered and have not ended. */
  readonly #reservations = new WeakMap<Call, Reservation>();

  constructor(options: RateLimit, { shared, clocks = CLOCKS, conceal }: RateLimitSetting) {
    this.#options = options;
    this.#clocks = clocks;
    this.#conceal = conceal;
    this.#states = new PerKey<State>({
      name: 'rate limits',
      most: MAX_KEYS,
      make: (key) => ({ limiter: limiterOf(options, key, clocks.now, shared), average: undefined }),
      isIdle: ({ limiter }) => limiter.isIdle,
    });
  }

  async run(call: Call, next: () => unknown): Promise<unknown> {
    const reservation = await this.#enter(call);
    const { limiter } = reservation.state;
    try {
      const answer = await next();
      this.#follow(call, limiter, answer, false);
      this.end(call); // an interceptor repeats a call that was answered
      // Kept until the call ends, which may have happened meanwhile.
      if (call.endTime === undefined) this.#reservations.set(call, reservation);
      else settle(call, reservation);
      return answer;
    } catch (error) {
      this.#follow(call, limiter, error, true);
      limiter.leave(reservation.ticket, reservation.ticket.tokens);
      throw error;
    }
  }

  /** Releases the call's reservation, if it has one. */
  end(call: Call): void {
    const reservation = this.#reservations.get(call);
    if (!reservation) return;
    this.#reservations.delete(call);
    settle(call, reservation);
  }

  /** Waits for the call's turn. The tokens that it is taken to use are taken. */
  async #enter(call: Call): Promise<Reservation> {
    const options = this.#options;
    const state = this.#states.of(keyOf(options.key, call, this.#conceal));
    const tokens = options.tokensPerMinute === undefined ? 0 : estimate(options, call, state);
    call.rateLimitWait ??= 0;
    const ticket = state.limiter.enter(tokens, options, call.signal);
    if (!(ticket instanceof Promise)) return { state, ticket };
    const since = this.#clocks.now();
    try {
      return { state, ticket: await ticket };
    } finally {
      call.rateLimitWait += this.#clocks.now() - since;
    }
  }

  #follow(call: Call, limiter: Limiter, answered: unknown, failed: boolean): void {
    if (!this.#options.followVendor) return;
    const limits = vendorLimits(answered, this.#clocks.date());
    if (limits) {
      call.remaining = remainingOf(limits);
      limiter.follow(limits);
    }
    if (!failed) return;
    const { type, retryAfter } = classifyError(answered);
    if (type === 'rate_limit' || type === 'overloaded') limiter.pause(retryAfter ?? PAUSE);
  }
}

function limiterOf(
  options: RateLimit,
  key: string,
  now: () => number,
  shared: SharedName | undefined,
): Limiter {
  return shared
    ? new SharedLimiter(options, key, now, { ...shared, name: `${shared.name} ${key}` })
    : new LocalLimiter(options, key, now);
}

function settle(call: Call, { state, ticket }: Reservation): void {
  const { inputTokens, outputTokens } = call.response.usage ?? {};
  let refund = 0;
  if (inputTokens !== undefined || outputTokens !== undefined) {
    const { tokens: used } = spentBy({ usd: 0, tokens: (inputTokens ?? 0) + (outputTokens ?? 0) });
    state.average = state.average === undefined ? used : state.average + WEIGHT * (used - state.average);
    refund = ticket.tokens - used;
  }
  state.limiter.leave(ticket, refund);
}

/** Never more than the limit, which such a call would wait for in vain. */
function estimate({ estimate: estimator, tokensPerMinute = 0 }: RateLimit, call: Call, state: State): number {
  const tokens = guess(estimator, call) ?? state.average ?? call.request.maxTokens ?? FIRST_ESTIMATE;
  return Math.min(Math.max(tokens, 0), tokensPerMinute);
}

const ESTIMATE: Demand<number> = {
  name: 'the function `estimate` of a rate limit',
  expected: 'a number',
  otherwise: 'what such calls used on average counts in its place',
  isRight: (value): value is number => Number.isFinite(value),
};

const guess = (estimator: RateLimit['estimate'], call: Call): number | undefined =>
  typeof estimator === 'function' ? demandedValue(() => estimator(call), ESTIMATE) : estimator;

const remainingOf = ({ requests, tokens }: VendorLimits): Remaining => ({
  requests: requests?.remaining,
  tokens: tokens?.remaining,
});
