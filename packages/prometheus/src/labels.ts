/** Values of labels, few enough: each new one is a set of time series more, in memory and in Prometheus. */
import { warn } from '@llmtrace/core';

/** What stands for all values beyond the cap. */
export const OTHER = 'other';
const MAX_LENGTH = 128;

/**
 * Makes a function that gives the value to use for a label: the first `cap` values of each label as they are, and
 * `other` for all that come later, which is said once. It gives the same answer to the same value for ever, so that
 * a gauge goes down where it went up.
 */
export function makeLabels(cap: number): (label: string, value: unknown) => string {
  const known = new Map<string, Set<string>>();
  let warned = false;
  return (label, value) => {
    const text = typeof value === 'string' && value !== '' ? value.slice(0, MAX_LENGTH) : 'unknown';
    const values = known.get(label) ?? new Set();
    known.set(label, values);
    if (values.has(text)) return text;
    if (values.size < cap) {
      values.add(text);
      return text;
    }
    if (!warned) {
      warn(
        `more than ${cap} values of the Prometheus label \`${label}\`; further ones are counted as \`other\``,
      );
    }
    warned = true;
    return OTHER;
  };
}
