/** Values of labels, few enough: each new one is a set of time series more, in memory and in Prometheus. */
import { warn } from '@llmtrace/core/internal';

/** The value that replaces all values beyond the cap. */
export const OTHER = 'other';
const MAX_LENGTH = 128;
/** After so long without a call, a value gives its place to a new one, in ms; scrapes are seconds or minutes apart. */
export const IDLE = 3_600_000;

export interface LabelOptions {
  /** How many values a label may have. */
  readonly cap: number;
  /** A monotonic clock, in ms. */
  readonly now: () => number;
  /** The labels whose values never expire: a gauge must go down under the labels under which it went up. */
  readonly kept: readonly string[];
  /** A value was idle for {@link IDLE} and gave its place to another: its series are to go. */
  onExpired(label: string, value: string): void;
}

/** The values of one label. */
interface Values {
  /** By value, when it was asked for last. */
  readonly seen: Map<string, number>;
  /** The earliest time at which one of them can be idle. */
  idleAt: number;
}

/**
 * Makes a function that gives the value to use for a label: the first `cap` values of each label as they are, and
 * `other` for all that come later, which is reported once. Values that no call has had for an hour make room.
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
  /** Lets the value go that was idle longest. @returns whether there was an idle one */
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
