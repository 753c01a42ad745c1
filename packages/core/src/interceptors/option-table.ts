/** The options of retries, rate limits and budgets in words. `option-rules.ts` has what their values must be. */

import { flag, type Rules } from '../options/rules.ts';
import { type OptionEntry, optionTable } from '../options/table.ts';
import type { Budget } from './budget.ts';
import { BUDGET_DEFAULTS, RATE_LIMIT_DEFAULTS, RETRY_DEFAULTS } from './defaults.ts';
import { BUDGET, RATE_LIMIT, RETRY, RUN_BUDGET } from './option-rules.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Retries } from './retry.ts';
import { SHARED_LIMITS_TABLE } from './shared/options.ts';

/** What the environment says of retries beside their options. */
export const RETRY_SWITCH: Rules<{ on: boolean }> = { on: flag('LLMTRACE_RETRY') };

const RETRY_TABLE = optionTable<Retries>('retry', RETRY, RETRY_DEFAULTS, {
  maxRetries: 'how often an attempt is repeated',
  initialInterval: 'the first delay, in ms',
  maxInterval: 'the longest delay, in ms',
  multiplier: 'each delay is so many times the one before',
  jitter: 'random variation of each delay (0.2 = ±20 %)',
  deadline: 'no retry begins later than so many ms after the call',
  budget: {
    description: 'the share of calls that may be retried in the long run; `false`: all',
    byDefault: `${(RETRY_DEFAULTS.budget as { ratio: number }).ratio}`,
  },
});

const RATE_LIMIT_TABLE = optionTable<RateLimit>('rateLimit', RATE_LIMIT, RATE_LIMIT_DEFAULTS, {
  rate: '[rate limit](docs/rate-limit.md): requests a second',
  burst: {
    description: 'how many requests may be sent at once after a pause',
    byDefault: 'the rate, at least 1',
  },
  requestsPerMinute: 'requests a minute',
  tokensPerMinute: 'input and output tokens a minute',
  concurrency: 'calls at once; a stream counts until it ends',
  key: 'scope of the limit',
  mode: 'what happens to a call over the limit',
  maxWait: 'the longest wait, in ms; then the call is refused',
  maxQueue: 'how many calls may wait for one key; further ones are refused',
  estimate: 'tokens of a call until its usage is known',
  followVendor: "follow the vendor's rate-limit headers",
});

const BUDGET_TABLE = optionTable<Budget>('budget', BUDGET, BUDGET_DEFAULTS, {
  usd: '[budget](docs/rate-limit.md#budgets) in USD for each window; `0` refuses each call',
  tokens: 'budget in input and output tokens for each window; `0` refuses each call',
  window: 'how long a budget lasts',
  rolling: 'count the last minute, hour, 24 hours, 7 days or 30 days, in place of calendar windows',
  timeZone: 'the time zone in which calendar windows begin',
  key: 'scope of the budget',
  mode: 'what happens when the budget is spent; `warn` logs one warning for each window',
  unknown:
    'the cost of a call whose usage never came: what was expected (`estimate`), or nothing (`allow`); `refuse` estimates, and refuses calls whose price is not known and those of a model whose last call came without usage',
});

export const RESILIENCE_TABLE: readonly OptionEntry[] = [
  ...optionTable(
    'retry',
    RETRY_SWITCH,
    { on: false },
    {
      on: "[retries](docs/retry.md) with backoff, in place of the SDK's own",
    },
  ).map(({ option: _, ...entry }) => ({ ...entry, option: 'retry' })),
  ...RETRY_TABLE,
  ...RATE_LIMIT_TABLE,
  ...BUDGET_TABLE,
  ...optionTable<{ runBudget: number }>(
    '',
    RUN_BUDGET,
    {},
    {
      runBudget:
        '[budget](docs/agents.md#a-budget-for-each-run) in USD for each run of an agent or a workflow',
    },
  ),
  {
    variable: 'LLMTRACE_BUDGET_STRICT',
    expected: 'true or false',
    byDefault: 'false',
    description: '`true`: refuse each call while a budget in the environment has a wrong value',
  },
  ...SHARED_LIMITS_TABLE,
];
