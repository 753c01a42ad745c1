/** Remembers the series of each value of a label, so that they can be removed with the value. */
import type { Metrics } from './metrics.ts';

type Labels = Readonly<Record<string, string>>;

export interface SeriesOf {
  /** A call has such labels; one of them is `label`. @returns true where they are new */
  add(label: string, labels: Labels): boolean;
  /** Removes all series in which `label` has that value: a counter that comes back begins at 0, as after a restart. */
  remove(label: string, value: string): void;
}

export function makeSeries(metrics: Metrics): SeriesOf {
  /** By label and value, the labels of its series, one for each provider. */
  const known = new Map<string, Map<string, Labels>>();
  const { active: _, refused: _r, budgetSpent: _s, budgetRemaining: _b, errors, ...byModel } = metrics;
  const metricsWith = (label: string) => (label === 'error_type' ? [errors] : Object.values(byModel));
  return {
    add(label, labels) {
      const key = `${label} ${labels[label]}`;
      const series = known.get(key) ?? new Map<string, Labels>();
      if (series.size === 0) known.set(key, series);
      const provider = labels['provider'] ?? '';
      if (series.has(provider)) return false;
      series.set(provider, labels);
      return true;
    },
    remove(label, value) {
      const key = `${label} ${value}`;
      for (const labels of known.get(key)?.values() ?? [])
        for (const metric of metricsWith(label)) metric.remove(labels);
      known.delete(key);
    },
  };
}
