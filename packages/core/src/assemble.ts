/** What a configuration adds to the calls: its interceptors in their order, and the observers that go with them. */
import type { Meter } from '@opentelemetry/api';
import { type Budget, budget } from './interceptors/budget.ts';
import { compose } from './interceptors/compose.ts';
import type { Layer } from './interceptors/feature.ts';
import { type RateLimit, rateLimit } from './interceptors/rate-limit.ts';
import { type Retries, retry } from './interceptors/retry.ts';
import type { SharedName } from './interceptors/shared/shared-limiter.ts';
import type { SharedLimits } from './interceptors/shared/store.ts';
import type { Interceptor, Observer } from './model/call.ts';
import { HOOKS, type Hooks, hooksObserver } from './observers/hooks.ts';
import { resilienceObserver } from './observers/metrics/resilience.ts';

export interface LayersConfig {
  readonly interceptors: readonly Interceptor[];
  readonly retry: false | Retries;
  readonly rateLimit: readonly RateLimit[];
  readonly budget: readonly Budget[];
  readonly sharedLimits: SharedLimits | false;
  readonly hooks: Hooks;
}

export interface Layers {
  /** All of them, one within the other; undefined where there are none. */
  readonly intercept: Interceptor | undefined;
  /** True where one of them retries. */
  readonly retries: boolean;
  /** What settles when a call ends, once its cost is known. */
  readonly settling: readonly Observer[];
  /** What tells of it. */
  readonly telling: readonly Observer[];
}

/** Layers have state: the same options are the same layer, for all instrumentations. */
const known = new WeakMap<object, Layer>();

function layer<T extends object>(options: T, make: (options: T) => Layer): Layer {
  let found = known.get(options);
  if (!found) {
    found = make(options);
    known.set(options, found);
  }
  return found;
}

/**
 * User's interceptors ▸ retry ▸ budget ▸ rate limit ▸ attempt: every attempt is a request that the vendor counts, and
 * who has no money left need not wait in line.
 */
export function layersOf(config: LayersConfig, meter: Meter): Layers {
  const { sharedLimits: store } = config;
  // Lists are the same in all processes, so that places in them name the limits there.
  const named = (name: string): SharedName | undefined => (store ? { store, name } : undefined);
  const layers = [
    ...(config.retry ? [layer(config.retry, (options) => ({ intercept: retry(options) }))] : []),
    ...config.budget.map((options, i) => layer(options, () => budget(options, named(`budget ${i}`)))),
    ...config.rateLimit.map((options, i) => layer(options, () => rateLimit(options, named(`limit ${i}`)))),
  ];
  const hooked = HOOKS.some((name) => config.hooks[name]);
  return {
    intercept: compose([...config.interceptors, ...layers.map(({ intercept }) => intercept)]),
    retries: config.retry !== false,
    settling: layers.flatMap(({ observer }) => observer ?? []),
    telling: [
      ...(layers.length > 0 ? [resilienceObserver(meter)] : []),
      ...(hooked ? [hooksObserver(config.hooks)] : []),
    ],
  };
}
