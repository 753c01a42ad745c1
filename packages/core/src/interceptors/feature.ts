/** What a feature adds to the calls: an interceptor of their attempts, and an observer that learns of their ends. */
import { propagation } from '@opentelemetry/api';
import { attributeValue, NAMED_ATTRIBUTES, type NamedAttribute } from '../model/attributes.ts';
import type { Call, Interceptor, Observer } from '../model/call.ts';
import { sha256 } from '../platform/crypto.ts';
import { type Demand, demandedValue } from '../platform/safe-callback.ts';
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

const KEY: Demand<string | number> = {
  name: 'the function `key` of a limit or a budget',
  expected: 'a text',
  otherwise: 'these calls share the key `process`',
  isRight: (value) => typeof value === 'string' || typeof value === 'number',
};

/** The key of a call. If the application's function throws or returns no text, the key is that of the whole process. */
export function keyOf(key: Key, call: Call, conceal?: Conceal): string {
  if (key === 'provider') return call.provider;
  if (key === 'model') return bounded(`${call.provider} ${call.request.model ?? ''}`);
  if (key === 'process') return key;
  if (isBaggageKey(key)) return baggageKey(key.slice(BAGGAGE.length), call, conceal);
  if (typeof key === 'string') return attributeKey(key, call);
  return bounded(String(demandedValue(() => key(call), KEY) ?? 'process'));
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

/** The number of states to check for an idle one before one in use is dropped. */
const LOOKED_AT = 2;

/**
 * One state for each key, made at the first lookup. A lookup takes the same time for any number of states. Beyond `most`
 * keys, one of the least recently used states is dropped, preferably an idle one. Dropped states that were in use are
 * counted, and the count is reported at 1, 10, 100, ….
 */
export class PerKey<T> {
  readonly #options: States<T>;
  /** In the order of their last lookup, the oldest first. */
  readonly #states = new Map<string, T>();
  /** One iterator for all: a new one would first skip each entry that was deleted before (140 us at 100,000 keys). */
  #entries = this.#states.entries();
  /** The state of the last lookup: most applications have one key. */
  #last: { key: string; state: T } | undefined;
  #dropped = 0;
  #reportAt = 1;

  constructor(options: States<T>) {
    this.#options = options;
  }

  /** The state of a key. */
  of(key: string): T {
    if (this.#last?.key !== key) this.#last = { key, state: this.#find(key) };
    return this.#last.state;
  }

  /** The states of all keys. */
  all(): Iterable<T> {
    return this.#states.values();
  }

  #find(key: string): T {
    const { most } = this.#options;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = this.#options.make(key);
      if (this.#states.size >= most) this.#drop();
    } else this.#states.delete(key);
    this.#states.set(key, state);
    return state;
  }

  #drop(): void {
    for (let looked = 0; looked <= LOOKED_AT; looked++) {
      const [key, state] = this.#oldest();
      this.#states.delete(key);
      if (this.#options.isIdle(state)) return;
      if (looked < LOOKED_AT) this.#states.set(key, state);
    }
    this.#reportDropped();
  }

  #oldest(): [key: string, state: T] {
    let next = this.#entries.next();
    if (next.done) {
      this.#entries = this.#states.entries();
      next = this.#entries.next();
    }
    return next.value as [string, T];
  }

  #reportDropped(): void {
    this.#dropped++;
    if (this.#dropped < this.#reportAt) return;
    this.#reportAt *= 10;
    const { name, most } = this.#options;
    warn(
      `more than ${most} keys of ${name} are in use: what was known of the least recently used ones is dropped ` +
        `(${this.#dropped} so far), and they begin anew; use keys of which there are fewer`,
    );
  }
}
