/** What a configuration adds to the calls: its interceptors in their order, and the observers that go with them. */
import type { Interceptor, Observer } from '../call.ts';
import { type Budget, budget } from './budget.ts';
import { compose } from './compose.ts';
import type { Layer } from './layer.ts';
import { type RateLimit, rateLimit } from './rate-limit.ts';
import { type Retries, retry } from './retry.ts';

export interface LayersConfig {
  readonly interceptors: readonly Interceptor[];
  readonly retry: false | Retries;
  readonly rateLimit: readonly RateLimit[];
  readonly budget: readonly Budget[];
}

export interface Layers {
  /** All of them, one within the other; undefined where there are none. */
  readonly intercept: Interceptor | undefined;
  readonly observers: readonly Observer[];
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
export function layersOf(config: LayersConfig): Layers {
  const layers = [
    ...(config.retry ? [layer(config.retry, (options) => ({ intercept: retry(options) }))] : []),
    ...config.budget.map((options) => layer(options, budget)),
    ...config.rateLimit.map((options) => layer(options, rateLimit)),
  ];
  return {
    intercept: compose([...config.interceptors, ...layers.map(({ intercept }) => intercept)]),
    observers: layers.flatMap(({ observer }) => observer ?? []),
  };
}
