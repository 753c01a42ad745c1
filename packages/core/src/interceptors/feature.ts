/** What a feature adds to the calls: an interceptor of their attempts, and an observer that learns of their ends. */
import { propagation } from '@opentelemetry/api';
import { attributeValue, NAMED_ATTRIBUTES, type NamedAttribute } from '../model/attributes.ts';
import type { Call, Interceptor, Observer } from '../model/call.ts';
import { sha256 } from '../platform/crypto.ts';
import { warn } from '../platform/warn.ts';

export interface Layer {
  readonly intercept: Interceptor;
  readonly observer?: Observer;
}

/**
 * The key of limits and budgets: one limit for the whole process, one for each provider, one for each model of a
 * provider, one for each value of an attribute of the call (`tenant`, `user`, …) or of an entry of OpenTelemetry's
 * baggage (`baggage:plan`), or one for each key that a function returns.
 */
export type Key =
  | 'process'
  | 'provider'
  | 'model'
  | NamedAttribute
  | `baggage:${string}`
  | ((call: Call) => string);

/** The names of keys, as errors list them. */
export const KEY_WORDS = ['process', 'provider', 'model', ...NAMED_ATTRIBUTES] as const;

const BAGGAGE = 'baggage:';

/** True for `baggage:` with the name of an entry. */
export const isBaggageKey = (value: unknown): value is `baggage:${string}` =>
  typeof value === 'string' && value.startsWith(BAGGAGE) && value.length > BAGGAGE.length;

/** The longest key that is kept as it is; of a longer one, its beginning and its hash. */
const MAX_KEY = 256;

/** The value of an attribute for telemetry: hashed if the option `hash` names the attribute. */
export type Conceal = (name: string, value: string) => string;

/** The key of a call. If the application's function throws or returns no text, the key is that of the whole process. */
export function keyOf(key: Key, call: Call, conceal?: Conceal): string {
  if (key === 'provider') return call.provider;
  if (key === 'model') return bounded(`${call.provider} ${call.request.model ?? ''}`);
  if (key === 'process') return key;
  if (isBaggageKey(key)) return baggageKey(key.slice(BAGGAGE.length), call, conceal);
  if (typeof key === 'string') return attributeKey(key, call);
  try {
    return bounded(String(key(call)));
  } catch {
    return 'process';
  }
}

/** Calls without the entry share one key. */
function baggageKey(name: string, { context }: Call, conceal: Conceal = (_, value) => value): string {
  const value = propagation.getBaggage(context)?.getEntry(name)?.value ?? '';
  return bounded(`${name}=${value && conceal(name, value)}`);
}

/** Calls without the attribute share one key. */
const attributeKey = (name: string, { attributes }: Call): string =>
  bounded(`${name}=${attributeValue(attributes, name) ?? ''}`);

const bounded = (key: string): string =>
  key.length <= MAX_KEY ? key : `${key.slice(0, MAX_KEY - 65)}#${sha256(key)}`;

/** The making of states, and the most states that are kept. */
export interface States<T> {
  /** The name of the feature in warnings: `budgets`. */
  readonly name: string;
  readonly most: number;
  make(key: string): T;
  /** True if dropping the state loses nothing. */
  isIdle(state: T): boolean;
}

/** Returns the state of a key. */
export interface PerKey<T> {
  (key: string): T;
  /** The states of all keys. */
  all(): Iterable<T>;
}

/** The number of states to check for an idle one before one in use is dropped. */
const LOOKED_AT = 2;

/**
 * One state for each key, made at the first lookup. A lookup takes the same time for any number of states. Beyond `most`
 * keys, one of the least recently used states is dropped, preferably an idle one. Dropped states that were in use are
 * counted, and the count is reported at 1, 10, 100, ….
 */
export function perKey<T>({ name, most, make, isIdle }: States<T>): PerKey<T> {
  /** In the order of their last lookup, the oldest first. */
  const states = new Map<string, T>();
  /** The state of the last lookup: most applications have one key. */
  let last: { key: string; state: T } | undefined;
  let dropped = 0;
  let reportAt = 1;

  /** One iterator for all: a new one would first skip each entry that was deleted before (140 us at 100,000 keys). */
  let entries = states.entries();
  const oldest = (): [key: string, state: T] => {
    let next = entries.next();
    if (next.done) {
      entries = states.entries();
      next = entries.next();
    }
    return next.value as [string, T];
  };
  const drop = (): void => {
    for (let looked = 0; looked <= LOOKED_AT; looked++) {
      const [key, state] = oldest();
      states.delete(key);
      if (isIdle(state)) return;
      if (looked < LOOKED_AT) states.set(key, state);
    }
    reportDropped();
  };
  const reportDropped = (): void => {
    dropped++;
    if (dropped < reportAt) return;
    reportAt *= 10;
    warn(
      `more than ${most} keys of ${name} are in use: what was known of the least recently used ones is dropped ` +
        `(${dropped} so far), and they begin anew; use keys of which there are fewer`,
    );
  };
  const found = (key: string): T => {
    let state = states.get(key);
    if (state === undefined) {
      state = make(key);
      if (states.size >= most) drop();
    } else states.delete(key);
    states.set(key, state);
    return state;
  };
  const stateOf = (key: string): T => {
    if (last?.key !== key) last = { key, state: found(key) };
    return last.state;
  };
  return Object.assign(stateOf, { all: () => states.values() });
}
