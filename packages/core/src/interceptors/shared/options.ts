/** Where limits are kept that hold over several processes: set in code, or by the environment. */

import { USAGE_FIELDS, type UsageField } from '../../model/usage-totals.ts';
import {
  checked,
  expectTexts,
  fromEnvironment,
  isRecord,
  list,
  milliseconds,
  oneOf,
  positiveInteger,
  quoted,
  type Rules,
  shown,
  text,
  texts,
  type Warn,
} from '../../options/rules.ts';
import { type OptionEntry, optionTable } from '../../options/table.ts';
import { warnOnce } from '../../platform/warn.ts';
import type { Fallback, SharedLimits } from './store.ts';

/** How `@llmtrace/redis` keeps limits, and for how long a call waits for it. */
export interface RedisSettings {
  /** `redis://` or `rediss://`. Environment: `LLMTRACE_REDIS_URL`. */
  readonly url: string;
  readonly options: RedisLimitsOptions;
}

/** Options of shared limits. */
export interface RedisLimitsOptions {
  /** What all keys begin with; processes with the same one share their limits. Environment: `LLMTRACE_REDIS_PREFIX`. @default 'llmtrace' */
  readonly prefix?: string | undefined;
  /** The longest that a call waits for Redis, in ms. Environment: `LLMTRACE_REDIS_TIMEOUT`. @default 50 */
  readonly timeout?: number | undefined;
  /**
   * What holds while Redis is out of reach: `local`, this process's share of each limit; `open`, no limit; `closed`:
   * calls are refused. Environment: `LLMTRACE_REDIS_FALLBACK`.
   * @default 'local'
   */
  readonly fallback?: Fallback | undefined;
  /**
   * Among how many processes a limit is divided where Redis was never within reach, so that it is unknown how many there
   * are. Environment: `LLMTRACE_REDIS_PROCESSES`.
   * @default 1
   */
  readonly processes?: number | undefined;
  /**
   * The dimensions of the totals of all processes in Redis, for `getSharedUsage()`: `['model',
   * 'tenant']`. Environment: `LLMTRACE_REDIS_USAGE`.
   * @default [] no totals in Redis
   */
  readonly usage?: readonly UsageField[] | undefined;
}

const FALLBACKS = ['local', 'open', 'closed'] as const;

const OPTIONS: Rules<RedisLimitsOptions> = {
  prefix: text('LLMTRACE_REDIS_PREFIX'),
  timeout: milliseconds('LLMTRACE_REDIS_TIMEOUT'),
  fallback: oneOf(FALLBACKS, 'LLMTRACE_REDIS_FALLBACK'),
  processes: positiveInteger('LLMTRACE_REDIS_PROCESSES'),
  usage: {
    ...texts('LLMTRACE_REDIS_USAGE'),
    expected: `a list of ${USAGE_FIELDS.join(', ')}`,
    parse: (value, isWrong) => fieldsOf(list(value) ?? [], isWrong),
    check(name, value) {
      const wrong = expectTexts(name, value)?.find((field) => !isField(field));
      if (wrong !== undefined)
        throw new TypeError(
          `Expected \`${name}\` to have only ${USAGE_FIELDS.join(', ')}, got ${quoted(wrong)}.`,
        );
      return value;
    },
  },
};

const isField = (field: string): field is UsageField => USAGE_FIELDS.includes(field as UsageField);

function fieldsOf(fields: readonly string[], isWrong: (entry: string) => void): readonly UsageField[] {
  for (const field of fields) if (!isField(field)) isWrong(field);
  return fields.filter(isField);
}

type Environment = Readonly<Record<string, string | undefined>>;

const URL_EXPECTED = 'a URL that begins with redis:// or rediss://';

/** `@llmtrace/redis` has the defaults; nothing of it is loaded here. */
const DEFAULTS: RedisLimitsOptions = {
  prefix: 'llmtrace',
  timeout: 50,
  fallback: 'local',
  processes: 1,
  usage: [],
};

export const SHARED_LIMITS_TABLE: readonly OptionEntry[] = [
  {
    variable: 'LLMTRACE_REDIS_URL',
    expected: URL_EXPECTED,
    byDefault: 'none',
    description: 'limits and budgets that hold [over all processes](docs/redis.md)',
  },
  ...optionTable<RedisLimitsOptions>('redisLimits', OPTIONS, DEFAULTS, {
    prefix: 'what keys begin with; processes with the same one share their limits',
    timeout: 'the longest that a call waits for Redis, in ms',
    fallback:
      "while Redis is out of reach: `local`, this process's share of each limit; `open`, no limit; `closed`, calls are refused",
    usage: {
      description:
        'the dimensions of [the totals of all processes](docs/usage.md#all-processes) in Redis: `model,tenant`',
      otherwise: 'it is ignored',
    },
    processes: 'among how many processes a limit is divided where Redis was never within reach',
  }),
];

/** @returns undefined where no URL is set, or a wrong one, which is never shown: it may hold a password. */
export function redisSettings(env: Environment, warn: Warn): RedisSettings | undefined {
  const url = env['LLMTRACE_REDIS_URL']?.trim();
  if (!url) return undefined;
  if (/^rediss?:\/\/./.test(url) && URL.canParse(url))
    return { url, options: fromEnvironment(OPTIONS, env, warn) };
  warn('LLMTRACE_REDIS_URL', URL_EXPECTED, '(not shown)');
  return undefined;
}

const METHODS = ['ping', 'take', 'settle', 'spend'] as const;

/** @throws TypeError that names the first wrong option and its value. */
export const checkRedisOptions = (value: unknown): RedisLimitsOptions =>
  checked('redisLimits', value, OPTIONS, {});

/** @throws TypeError for what is no store of limits. */
export function sharedLimitsOf(value: unknown, hasLimits: boolean, env: Environment): SharedLimits | false {
  if (value === undefined && hasLimits && env['LLMTRACE_REDIS_URL']?.trim())
    warnOnce(
      'limits hold for this process alone: LLMTRACE_REDIS_URL is read by @llmtrace/auto; in code there is `sharedLimits`',
    );
  if (value === undefined || value === false) return false;
  if (isRecord(value) && METHODS.every((method) => typeof value[method] === 'function'))
    return value as unknown as SharedLimits;
  throw new TypeError(`Expected \`sharedLimits\` to be a store of limits or false, got ${shown(value)}.`);
}
