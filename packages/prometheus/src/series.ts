/** Remembers the series of each value of a label, so that they can be removed with the value. */
import type { Metrics } from './metrics.ts';

type Labels = Readonly<Record<string, string>>;

export interface SeriesOf {
  /** Records the labels of a call. @returns true if they are new */
  add(labels: Labels): boolean;
  /** Removes all series in which `label` has that value: a counter that comes back begins at 0, as after a restart. */
  remove(label: string, value: string): void;
}

/** @param indexed the labels whose values may be removed. */
export function makeSeries(metrics: Metrics, indexed: readonly string[]): SeriesOf {
  const all = new Map<string, Labels>();
  /** By label and value, the keys of its series. */
  const byValue = new Map<string, Set<string>>();
  const { active: _, refused: _r, budgetSpent: _s, budgetRemaining: _b, errors, ...byModel } = metrics;
  const metricsWith = (labels: Labels) => ('error_type' in labels ? [errors] : Object.values(byModel));
  const valuesOf = (labels: Labels): string[] =>
    indexed.flatMap((label) => (label in labels ? `${label} ${labels[label]}` : []));
  return {
    add(labels) {
      const key = JSON.stringify(labels);
      if (all.has(key)) return false;
      all.set(key, labels);
      for (const value of valuesOf(labels)) {
        const keys = byValue.get(value) ?? new Set();
        byValue.set(value, keys.add(key));
      }
      return true;
    },
    remove(label, value) {
      const gone = `${label} ${value}`;
      for (const key of byValue.get(gone) ?? []) {
        const labels = all.get(key) ?? {};
        for (const metric of metricsWith(labels)) metric.remove(labels);
        all.delete(key);
        for (const other of valuesOf(labels)) byValue.get(other)?.delete(key);
      }
      byValue.delete(gone);
    },
  };
}
