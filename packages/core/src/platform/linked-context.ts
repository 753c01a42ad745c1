import type { Context } from '@opentelemetry/api';

/** A value with this property, once it is set in a context, brings another one along. */
export const COMPANION = Symbol.for('llmtrace.companion');

interface Companion {
  readonly key: symbol;
  readonly value: unknown;
}

/**
 * A context that knows one value, and asks the one around it for all others. OpenTelemetry's own copies all values for
 * each new one, and makes its methods anew.
 */
export class LinkedContext implements Context {
  private readonly _outer: Context;
  private readonly _key: symbol | undefined;
  private readonly _value: unknown;

  /**
   * A value takes the place of that of an outer one: a call within a call would else keep all calls that led to it.
   * @param key absent for one that takes the first value that is set, and holds none until then.
   */
  constructor(outer: Context, key?: symbol, value?: unknown) {
    this._outer = key === undefined ? outer : LinkedContext.without(outer, key);
    this._key = key;
    this._value = value;
  }

  /** The same without its value of a key, which is there at most once. */
  static without(context: Context, key: symbol): Context {
    if (!(context instanceof LinkedContext)) return context;
    if (context._key === key) return context._outer;
    const outer = LinkedContext.without(context._outer, key);
    return outer === context._outer ? context : new LinkedContext(outer, context._key, context._value);
  }

  getValue(key: symbol): unknown {
    return key === this._key ? this._value : this._outer.getValue(key);
  }

  /**
   * Values that other libraries set are kept below; the last value of a key replaces the one before. A value brings its
   * companion along.
   */
  setValue(key: symbol, value: unknown): Context {
    const companion = (value as { [COMPANION]?: Companion } | null | undefined)?.[COMPANION];
    const next = this._with(key, value);
    return companion ? new LinkedContext(next, companion.key, companion.value) : next;
  }

  private _with(key: symbol, value: unknown): Context {
    const isOwn = this._key === undefined || this._key === key;
    if (isOwn) return new LinkedContext(this._outer, key, value);
    return new LinkedContext(this._outer.setValue(key, value), this._key, this._value);
  }

  deleteValue(key: symbol): Context {
    const outer = this._outer.deleteValue(key);
    return key === this._key ? outer : new LinkedContext(outer, this._key, this._value);
  }
}
