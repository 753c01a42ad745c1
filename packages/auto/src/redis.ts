/** Limits over several processes without code: nothing of it is loaded where no Redis is named. */
import module from 'node:module';
import { type LlmTraceConfig, warnOnce } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import type { AutoSettings } from './settings.ts';

const require = module.createRequire(import.meta.url);

/**
 * The option `sharedLimits` from `LLMTRACE_REDIS_URL`. It is `false`, which keeps limits in the process, if the
 * variable is not set or is wrong (a warning has named it).
 */
export function sharedLimits(
  { redis }: AutoSettings,
  config: LlmTraceConfig,
): Pick<LlmTraceConfig, 'sharedLimits'> {
  if (config.sharedLimits !== undefined) return {};
  if (!redis) return { sharedLimits: false };
  try {
    const { redisLimits } = require('@llmtrace/redis') as typeof import('@llmtrace/redis');
    return { sharedLimits: redisLimits(redis.url, redis.options) };
  } catch (error) {
    diag.error('llmtrace: could not use Redis', error);
    warnOnce('limits hold for this process alone: Redis cannot be used; calls go on');
    return { sharedLimits: false };
  }
}
