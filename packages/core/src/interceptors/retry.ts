/**
 * Repeats attempts that failed for a temporary reason. The vendor's requested wait takes precedence over the backoff
 * formula; an abort ends the wait at once; no attempt is repeated once the headers of an answer have arrived.
 */

import { classifyError, isTransient } from '../errors/index.ts';
import { isRefusal } from '../errors/llmtrace-error.ts';
import type { Call, Interceptor, Retry } from '../model/call.ts';
import { isAborted } from '../platform/abort-signals.ts';
import { sleep } from '../platform/timers.ts';
import { type Backoff, backoffDelay } from './backoff.ts';
import { PerKey } from './feature.ts';
import { makeRetryBudget, type RetryBudget, type RetryBudgetOptions } from './retry-budget.ts';

/** Options of retries. */
export interface Retries extends Backoff {
  /**
   * How often an attempt is repeated. The setting of the application's client or call takes precedence. Environment:
   * `LLMTRACE_RETRY_MAX_RETRIES`.
   * @default 3
   */
  readonly maxRetries: number;
  /**
   * How long after the application's call a retry may begin at the latest, in ms. A wait that would end later is
   * not begun: the application gets the error at once. Environment: `LLMTRACE_RETRY_DEADLINE`.
   * @default 120_000
   */
  readonly deadline: number;
  /**
   * Keeps an outage from multiplying the load, for each host by itself: the share of calls that may be retried in
   * the long run, and a trickle of retries that are always allowed. False allows all retries.
   * Environment: `LLMTRACE_RETRY_BUDGET`, the ratio or `false`.
   * @default { ratio: 0.2, perSecond: 1 }
   */
  readonly budget: RetryBudgetOptions | false;
}

/** @param now the clock of calls, in ms. */
export function retry(
  options: Retries,
  now: () => number = () => performance.now(),
  random: () => number = Math.random,
): Interceptor {
  const repeater = new Repeater(options, now, random);
  // Most attempts succeed: `then` takes half the time of an async function around them.
  return function retrying(call, next) {
    repeater.begin(call);
    return begun(next).then(undefined, (error) => repeater.repeat(call, next, error));
  };
}

/** Repeats failed attempts within the options and the budget of the call's host. */
class Repeater {
  readonly #options: Retries;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #budgetOf: (call: Call) => RetryBudget | undefined;

  constructor(options: Retries, now: () => number, random: () => number) {
    this.#options = options;
    this.#now = now;
    this.#random = random;
    this.#budgetOf = budgets(options.budget, now);
  }

  /** A call begins: it earns a share of a retry. */
  begin(call: Call): void {
    this.#budgetOf(call)?.deposit();
  }

  /** Repeats an attempt after its first failure. */
  async repeat(call: Call, next: () => unknown, failure: unknown): Promise<unknown> {
    let error = failure;
    for (let retried = 0; ; retried++) {
      await this.#wait(call, error, retried);
      try {
        return await next();
      } catch (later) {
        error = later;
      }
    }
  }

  /** Waits for the retry that follows a failed attempt; throws its error where none does. */
  async #wait(call: Call, error: unknown, retried: number): Promise<void> {
    const planned = this.#plan(call, error, retried);
    if (!planned) throw error;
    call.retries ??= [];
    call.retries.push(planned);
    await sleep(planned.delay, call.signal);
  }

  /** The retry that follows a failed attempt; undefined where none does. */
  #plan(call: Call, error: unknown, retried: number): Retry | undefined {
    const { maxRetries, deadline } = this.#options;
    if (retried >= (call.maxRetries ?? maxRetries) || !isRepeatable(error, call)) return undefined;
    const { type, status, retryAfter } = classifyError(error);
    const delay = retryAfter ?? backoffDelay(this.#options, retried + 1, this.#random());
    const time = this.#now();
    if (time + delay - call.startTime > deadline) return undefined;
    const isPaid = this.#budgetOf(call)?.withdraw() ?? true;
    return isPaid ? { time, errorType: type, status, delay } : undefined;
  }
}

/** The first attempt, also where it throws at once. */
function begun(next: () => unknown): Promise<unknown> {
  try {
    return Promise.resolve(next());
  } catch (error) {
    return Promise.reject(error);
  }
}

const isRepeatable = (error: unknown, { signal }: Call): boolean =>
  !isAborted(signal) && !isRefusal(error) && isTransient(error);

/** The number of hosts with a separate retry budget. */
const MAX_HOSTS = 1000;

/** One budget for each host, since hosts fail independently. */
function budgets(
  options: RetryBudgetOptions | false,
  now: () => number,
): (call: Call) => RetryBudget | undefined {
  if (!options) return () => undefined;
  const budgetsByHost = new PerKey<RetryBudget>({
    name: 'retry budgets',
    most: MAX_HOSTS,
    make: () => makeRetryBudget(options, now),
    isIdle: (budget) => budget.isIdle,
  });
  // A client's server is one object for all its calls.
  const byServer = new WeakMap<object, RetryBudget>();
  return ({ provider, server }) => {
    const found = server && byServer.get(server);
    if (found) return found;
    const budget = budgetsByHost.of(`${provider} ${server?.address ?? ''}`);
    if (server) byServer.set(server, budget);
    return budget;
  };
}
