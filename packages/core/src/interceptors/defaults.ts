/** The options of retries, rate limits and budgets by default, apart from what uses them: a start reads these alone. */
import type { Budget } from './budget.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Retries } from './retry.ts';

export const RETRY_DEFAULTS: Retries = {
  maxRetries: 3,
  initialInterval: 500,
  maxInterval: 30_000,
  multiplier: 2,
  jitter: 0.2,
  deadline: 120_000,
  budget: { ratio: 0.2, perSecond: 1 },
};

export const RATE_LIMIT_DEFAULTS: RateLimit = {
  key: 'model',
  mode: 'wait',
  maxWait: 60_000,
  maxQueue: 10_000,
  followVendor: false,
};

export const BUDGET_DEFAULTS: Budget = {
  window: 'day',
  rolling: false,
  timeZone: 'UTC',
  key: 'process',
  mode: 'refuse',
  unknown: 'estimate',
};
