/** The clients' own types are taken as they are. */
import assert from 'node:assert/strict';
import type { Cluster, Redis } from 'ioredis';
import type { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import type { createClient, createCluster } from 'redis';
import type { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import { type RedisClient, redisLimits } from '../src/index.ts';

type Clients =
  | ReturnType<typeof createClient | typeof createCluster>
  | ReturnType<typeof createClient5 | typeof createCluster5>
  | Cluster
  | Redis
  | Cluster5
  | Redis5;

it('takes the types of all clients', () => {
  const take = (client: Clients): RedisClient => client;
  assert.throws(() => redisLimits(take({} as Clients)), TypeError);
});
