/** What each option of retries, rate limits and budgets must be, and which variable sets it. */

import {
  factor,
  flag,
  milliseconds,
  nonNegative,
  objectOf,
  oneOf,
  orFalse,
  orFunction,
  positive,
  positiveInteger,
  type Rule,
  type Rules,
  share,
  wholeNumber,
} from '../options/rules.ts';
import type { Budget } from './budget.ts';
import { RETRY_DEFAULTS } from './defaults.ts';
import { isBaggageKey, KEY_WORDS } from './feature.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Retries } from './retry.ts';
import type { RetryBudgetOptions } from './retry-budget.ts';
import { isTimeZone, WINDOWS } from './windows.ts';

const retryBudget: Rule = orFalse(objectOf<RetryBudgetOptions>({ ratio: share(), perSecond: nonNegative() }));

export const RETRY: Rules<Retries> = {
  maxRetries: wholeNumber('LLMTRACE_RETRY_MAX_RETRIES'),
  initialInterval: milliseconds('LLMTRACE_RETRY_INITIAL_INTERVAL'),
  maxInterval: milliseconds('LLMTRACE_RETRY_MAX_INTERVAL'),
  multiplier: factor('LLMTRACE_RETRY_MULTIPLIER'),
  jitter: share('LLMTRACE_RETRY_JITTER'),
  deadline: milliseconds('LLMTRACE_RETRY_DEADLINE'),
  budget: {
    ...retryBudget,
    env: 'LLMTRACE_RETRY_BUDGET',
    textExpected: 'a number from 0 to 1, or false',
    parse: (text) => (text === 'false' ? false : { ...RETRY_DEFAULTS.budget, ratio: Number(text) }),
  },
};

const KEYS = oneOf(KEY_WORDS, '');

/** What limits and budgets are kept apart by. The name of an entry of the baggage is taken as it is written. */
const keyRule = (env: string): Rule => ({
  ...KEYS,
  env,
  expected: `${KEYS.expected}, baggage:<name>`,
  holds: (value) => KEYS.holds(value) || isBaggageKey(value),
  parse: (text) =>
    isBaggageKey(text) ? text : (KEY_WORDS.find((word) => word.toLowerCase() === text.toLowerCase()) ?? text),
});

const timeZone = (env: string): Rule => ({
  expected: 'a time zone that this Node.js knows (Europe/Berlin)',
  holds: isTimeZone,
  env,
});

export const RATE_LIMIT: Rules<RateLimit> = {
  rate: positive('LLMTRACE_RATE_LIMIT'),
  burst: factor('LLMTRACE_RATE_LIMIT_BURST'),
  requestsPerMinute: positive('LLMTRACE_RATE_LIMIT_REQUESTS_PER_MINUTE'),
  tokensPerMinute: positive('LLMTRACE_RATE_LIMIT_TOKENS_PER_MINUTE'),
  concurrency: positiveInteger('LLMTRACE_RATE_LIMIT_CONCURRENCY'),
  key: orFunction(keyRule('LLMTRACE_RATE_LIMIT_KEY')),
  mode: oneOf(['wait', 'refuse'], 'LLMTRACE_RATE_LIMIT_MODE'),
  maxWait: milliseconds('LLMTRACE_RATE_LIMIT_MAX_WAIT'),
  maxQueue: wholeNumber('LLMTRACE_RATE_LIMIT_MAX_QUEUE'),
  estimate: orFunction(nonNegative()),
  followVendor: { ...flag('LLMTRACE_RATE_LIMIT_FOLLOW_VENDOR'), former: 'adapt' },
};

/** The option of budgets for runs, which is not a field of `budget`. */
export const RUN_BUDGET: Rules<{ runBudget: number }> = {
  runBudget: nonNegative('LLMTRACE_BUDGET_RUN_USD'),
};

export const BUDGET: Rules<Budget> = {
  usd: nonNegative('LLMTRACE_BUDGET_USD'),
  tokens: nonNegative('LLMTRACE_BUDGET_TOKENS'),
  window: oneOf(WINDOWS, 'LLMTRACE_BUDGET_WINDOW'),
  rolling: flag('LLMTRACE_BUDGET_ROLLING'),
  timeZone: timeZone('LLMTRACE_BUDGET_TIME_ZONE'),
  key: orFunction(keyRule('LLMTRACE_BUDGET_KEY')),
  mode: oneOf(['warn', 'refuse'], 'LLMTRACE_BUDGET_MODE'),
  unknown: oneOf(['estimate', 'allow', 'refuse'], 'LLMTRACE_BUDGET_UNKNOWN'),
};
