/** Bounds the values of each label: each new value adds a set of time series, in memory and in Prometheus. */
import { warn } from '@llmtrace/core/internal';

/** The value that replaces all values beyond the cap. */
export const OTHER = 'other';
const MAX_LENGTH = 128;
/**
 * The time without a call after which a new value may replace a value, in ms; scrapes are seconds or minutes apart.
 */
export const IDLE = 3_600_000;

export interface LabelOptions {
  /** How many values a label may have. */
  readonly cap: number;
  /** A monotonic clock, in ms. */
  readonly now: () => number;
  /**
   * The labels whose values never expire: a gauge must be decremented with the labels with which it was incremented.
   */
  readonly kept: readonly string[];
  /** Another value replaced this one, which was idle for {@link IDLE}: remove its series. */
  onExpired(label: string, value: string): void;
}

/** The values of one label. */
interface Values {
  /** For each value, the time of its last use. */
  readonly seen: Map<string, number>;
  /** The earliest time at which one of the values can be idle: no search is needed before. */
  idleAt: number;
}

/**
 * Makes a function that returns the value to use for a label: the value itself for the first `cap` values of the
 * label, `other` for any further one, which logs one warning. A new value replaces one that no call had for an hour.
 */
export function makeLabels(options: LabelOptions): (label: string, value: unknown) => string {
  const { cap, now } = options;
  const known = new Map<string, Values>();
  let warned = false;

  const valuesOf = (label: string): Values => {
    const values = known.get(label) ?? { seen: new Map(), idleAt: 0 };
    known.set(label, values);
    return values;
  };
  /** Removes the value that was idle longest. @returns false if no value is idle */
  const makeRoom = (label: string, values: Values): boolean => {
    if (options.kept.includes(label) || now() < values.idleAt) return false;
    let oldest: [value: string, time: number] = ['', Number.POSITIVE_INFINITY];
    for (const entry of values.seen) if (entry[1] < oldest[1]) oldest = entry;
    const [value, time] = oldest;
    values.idleAt = time + IDLE;
    if (now() < values.idleAt) return false;
    values.seen.delete(value);
    options.onExpired(label, value);
    return true;
  };
  const refuse = (label: string): string => {
    if (!warned)
      warn(
        `more than ${cap} values of the Prometheus label \`${label}\`; further ones are counted as \`other\``,
      );
    warned = true;
    return OTHER;
  };
  return (label, value) => {
    const text = typeof value === 'string' && value !== '' ? value.slice(0, MAX_LENGTH) : 'unknown';
    const values = valuesOf(label);
    const isNew = !values.seen.has(text);
    if (isNew && values.seen.size >= cap && !makeRoom(label, values)) return refuse(label);
    values.seen.set(text, now());
    return text;
  };
}
