/** The options of interceptors: set in code, or by the environment. */

import { LlmTraceError } from '../errors/llmtrace-error.ts';
import type { Interceptor } from '../model/call.ts';
import { checked, fromEnvironment, shown, type Warn } from '../options/rules.ts';
import { alarmOnce } from '../platform/warn.ts';
import type { Budget } from './budget.ts';
import { BUDGET_DEFAULTS, RATE_LIMIT_DEFAULTS, RETRY_DEFAULTS } from './defaults.ts';
import { BUDGET, RATE_LIMIT, RETRY, RUN_BUDGET } from './option-rules.ts';
import { RETRY_SWITCH } from './option-table.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Retries } from './retry.ts';
import { sharedLimitsOf } from './shared/options.ts';
import type { SharedLimits } from './shared/store.ts';

export type RetryOptions = Partial<Retries>;
export type RateLimitOptions = Partial<RateLimit> & {
  /** @deprecated The former name of `followVendor`. */
  adapt?: boolean;
};
export type BudgetOptions = Partial<Budget>;

/** What of a configuration is about interceptors. */
export interface ResilienceConfig {
  /**
   * Wrap the attempts of each call, the first one outermost; llmtrace's own retry, budget and rate limit are within
   * them.
   * @default []
   */
  interceptors?: readonly Interceptor[];
  /**
   * Repeat attempts that fail for a passing reason; true takes all defaults. Meanwhile the SDK's own retries are off.
   * Environment: `LLMTRACE_RETRY=true`, and one variable for each option.
   * @default false the SDK's own retries
   */
  retry?: boolean | RetryOptions;
  /**
   * Keep calls within limits; several hold all at once. Environment: `LLMTRACE_RATE_LIMIT` and others, one for each
   * option.
   * @default [] none
   */
  rateLimit?: RateLimitOptions | readonly RateLimitOptions[];
  /**
   * Refuse calls, or warn, once so much is spent; a budget of 0 refuses each call. Environment:
   * `LLMTRACE_BUDGET_USD` and others, one for each option. With `LLMTRACE_BUDGET_STRICT=true`, each call is refused
   * where one of these variables has a wrong value.
   * @default [] none
   */
  budget?: BudgetOptions | readonly BudgetOptions[];
  /**
   * The budget of each run of an agent or a workflow, in USD. Once it is spent, the run's next model call is refused.
   * Environment: `LLMTRACE_BUDGET_RUN_USD`.
   * @default none
   */
  runBudget?: number | undefined;
  /**
   * Where limits and budgets are kept that hold over several processes: `redisLimits()` of `@llmtrace/redis`. False
   * keeps them in this process, whatever the environment says. Environment: `LLMTRACE_REDIS_URL`, for
   * `@llmtrace/auto`.
   * @default false
   */
  sharedLimits?: SharedLimits | false;
}

/** The same, complete. */
export interface Resilience {
  readonly interceptors: readonly Interceptor[];
  readonly retry: false | Retries;
  readonly rateLimit: readonly RateLimit[];
  readonly budget: readonly Budget[];
  readonly runBudget: number | undefined;
  readonly sharedLimits: SharedLimits | false;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @throws TypeError that names the first wrong option and its value, for options in code. Wrong values of the
 * environment are reported and left out.
 */
export function resilienceOf(config: ResilienceConfig, env: Environment, say: Warn): Resilience {
  const warn = oncePer(env, say);
  const retry = retryOf(config.retry, env, warn);
  const rateLimit = listOf(config.rateLimit, rateLimitOf, () => rateLimitFrom(env, warn));
  const wrong: string[] = [];
  const budget = listOf(config.budget, budgetOf, () => budgetFrom(env, warn, wrong));
  const runBudget = runBudgetOf(config.runBudget, env, wrong);
  const interceptors = interceptorsOf(config.interceptors);
  const [unusable] = wrong;
  return {
    interceptors: unusable && isBudgetStrict(env) ? [refuseAll(unusable), ...interceptors] : interceptors,
    retry,
    rateLimit,
    budget,
    runBudget,
    sharedLimits: sharedLimitsOf(config.sharedLimits, rateLimit.length + budget.length > 0, env),
  };
}

/** What was warned of: every instrumentation reads the same environment. */
const warned = new WeakMap<Environment, Set<string>>();

const oncePer =
  (env: Environment, warn: Warn): Warn =>
  (name, expected, value) => {
    const said = warned.get(env) ?? new Set();
    warned.set(env, said);
    if (said.has(name)) return;
    said.add(name);
    warn(name, expected, value);
  };

function interceptorsOf(value: unknown = []): readonly Interceptor[] {
  if (!Array.isArray(value))
    throw new TypeError(`Expected \`interceptors\` to be an array of functions, got ${shown(value)}.`);
  for (const [index, interceptor] of value.entries()) {
    if (typeof interceptor !== 'function')
      throw new TypeError(`Expected \`interceptors[${index}]\` to be a function, got ${shown(interceptor)}.`);
  }
  return value;
}

function retryOf(value: unknown, env: Environment, warn: Warn): false | Retries {
  if (value === undefined) {
    const { on } = fromEnvironment(RETRY_SWITCH, env, warn);
    return on ? shared('retry', { ...RETRY_DEFAULTS, ...fromEnvironment(RETRY, env, warn) }) : false;
  }
  if (value === false) return false;
  if (value === true) return shared('retry', RETRY_DEFAULTS);
  return once(value, () => checked('retry', value, RETRY, RETRY_DEFAULTS));
}

const hasLimit = (o: RateLimitOptions): boolean =>
  (o.rate ?? o.requestsPerMinute ?? o.tokensPerMinute ?? o.concurrency) !== undefined ||
  o.followVendor === true;

function rateLimitOf(value: unknown): RateLimit {
  const options = checked('rateLimit', value, RATE_LIMIT, RATE_LIMIT_DEFAULTS);
  if (hasLimit(options)) return options;
  throw new TypeError(
    'Expected `rateLimit` to have one of `rate`, `requestsPerMinute`, `tokensPerMinute`, `concurrency` and `followVendor`.',
  );
}

function rateLimitFrom(env: Environment, warn: Warn): RateLimit[] {
  const options = { ...RATE_LIMIT_DEFAULTS, ...fromEnvironment(RATE_LIMIT, env, warn) };
  return hasLimit(options) ? [shared('rateLimit', options)] : [];
}

const hasAmount = ({ usd, tokens }: BudgetOptions): boolean => (usd ?? tokens) !== undefined;

function budgetOf(value: unknown): Budget {
  const options = checked('budget', value, BUDGET, BUDGET_DEFAULTS);
  if (hasAmount(options)) return options;
  throw new TypeError('Expected `budget` to have one of `usd` and `tokens`.');
}

/** @param wrong gets the names of the variables whose values are wrong. */
function budgetFrom(env: Environment, warn: Warn, wrong: string[]): Budget[] {
  const note: Warn = (name, expected, value) => {
    wrong.push(name);
    if (name === BUDGET.usd.env) alarmOfBudget('USD', name, expected, value);
    else if (name === BUDGET.tokens.env) alarmOfBudget('tokens', name, expected, value);
    else warn(name, expected, value);
  };
  const options = { ...BUDGET_DEFAULTS, ...fromEnvironment(BUDGET, env, note) };
  return hasAmount(options) ? [shared('budget', options)] : [];
}

function runBudgetOf(runBudget: unknown, env: Environment, wrong: string[]): number | undefined {
  if (runBudget !== undefined) {
    if (RUN_BUDGET.runBudget.holds(runBudget)) return runBudget as number;
    throw new TypeError(
      `Expected \`runBudget\` to be ${RUN_BUDGET.runBudget.expected}, got ${shown(runBudget)}.`,
    );
  }
  const note: Warn = (name, expected, value) => {
    wrong.push(name);
    alarmOfBudget('USD for runs', name, expected, value);
  };
  return fromEnvironment(RUN_BUDGET, env, note).runBudget;
}

/** Money may be spent without a limit now, so the warning must be visible without a `diag` logger, too. */
const alarmOfBudget = (unit: string, name: string, expected: string, value: string): void =>
  alarmOnce(
    `NO budget in ${unit} is in force: ${name}=${value.slice(0, 100)} is not ${expected}. ` +
      'Write it as digits with a decimal point (50.00); LLMTRACE_BUDGET_STRICT=true refuses each call until then',
  );

/** Whether calls are refused while the budget is not usable; any text but true or false counts as true. */
export function isBudgetStrict(env: Environment = process.env): boolean {
  const text = env['LLMTRACE_BUDGET_STRICT']?.trim().toLowerCase();
  return text !== undefined && !['', 'false', '0', 'off', 'no'].includes(text);
}

/** Refuses each call, for the budget that `source` (a variable) sets is not usable. */
export const refuseAll =
  (source: string): Interceptor =>
  async () => {
    throw new LlmTraceError(
      `llmtrace did not send the request: ${source} is wrong, so that the budget is not known, and LLMTRACE_BUDGET_STRICT is on.`,
      { code: 'budget_invalid', key: source, retryAfter: undefined },
    );
  };

/** The options of one limit or of a list, each checked once; without options in code, those of the environment. */
function listOf<T extends object>(
  input: unknown,
  resolve: (options: unknown) => T,
  otherwise: () => T[],
): T[] {
  if (input === undefined) return otherwise();
  const list = Array.isArray(input) ? input : [input];
  return list.map((options: unknown) => once(options, () => resolve(options)));
}

/**
 * The resolved options of each options object, so that a limit has one state for all instrumentations, and each time their
 * configuration is set.
 */
const known = new WeakMap<object, object>();

function once<T extends object>(options: unknown, resolve: () => T): T {
  if (typeof options !== 'object' || options === null) return resolve();
  const found = known.get(options);
  if (found) return found as T;
  const resolved = resolve();
  known.set(options, resolved).set(resolved, resolved);
  return resolved;
}

/** The options of the environment apply to the whole process. */
const ofProcess = new Map<string, object>();

function shared<T extends object>(name: string, options: T): T {
  const key = `${name} ${JSON.stringify(options)}`;
  const found = ofProcess.get(key);
  if (found) return found as T;
  ofProcess.set(key, options);
  known.set(options, options);
  return options;
}
