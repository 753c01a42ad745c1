/** `@llmtrace/redis`: limits and budgets that hold over all processes of an application, on Redis or Valkey. */
export type { RedisLimitsOptions } from '@llmtrace/core/internal';
export type { IoRedisClient, NodeRedisClient, RedisClient } from './client.ts';
export { redisLimits } from './limits.ts';
