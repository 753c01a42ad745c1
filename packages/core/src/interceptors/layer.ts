/** What a feature adds to the calls: an interceptor of their attempts, and an observer that learns of their ends. */
import type { Call, Interceptor, Observer } from '../call.ts';

export interface Layer {
  readonly intercept: Interceptor;
  readonly observer?: Observer;
}

/**
 * By what limits and budgets are kept apart: one for the whole process, one for each provider, one for each model of
 * a provider, or one for each key that a function gives.
 */
export type Key = 'process' | 'provider' | 'model' | ((call: Call) => string);

/** The key of a call. A function of the application's that fails or gives no text counts for the whole process. */
export function keyOf(key: Key, call: Call): string {
  if (key === 'provider') return call.provider;
  if (key === 'model') return `${call.provider} ${call.request.model ?? ''}`;
  if (key === 'process') return key;
  try {
    return String(key(call));
  } catch {
    return 'process';
  }
}

/** How many keys are kept: a function may give a new one for every user of an application. */
const MAX_KEYS = 10_000;

/**
 * One state a key, made when first asked for. Beyond 10,000 keys the one that was not asked for longest is
 * forgotten, if nothing depends on it.
 */
export function perKey<T>(make: (key: string) => T, isIdle: (state: T) => boolean): (key: string) => T {
  const states = new Map<string, T>();
  return (key) => {
    let state = states.get(key);
    if (state === undefined) {
      state = make(key);
      if (states.size >= MAX_KEYS) forget(states, isIdle);
    } else if (states.size >= MAX_KEYS) {
      states.delete(key); // to the end: the map is in the order of use once it is full
    }
    states.set(key, state);
    return state;
  };
}

function forget<T>(states: Map<string, T>, isIdle: (state: T) => boolean): void {
  for (const [key, state] of states) {
    if (!isIdle(state)) continue;
    states.delete(key);
    return;
  }
}
