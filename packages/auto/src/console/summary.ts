/** A **summary**: the totals of a process's calls, by model. */
import type { Call } from '@llmtrace/core/internal';
import { amount, durationOf, modelOf, ms, tableOf, whole } from './format.ts';

/** The number of a model's latest calls from which its percentiles are computed. */
const SAMPLES = 1000;
/** The number of models with a separate row; the others share one. */
const MODELS = 50;
const OTHERS = 'others';

interface Row {
  calls: number;
  errors: number;
  input: number | undefined;
  output: number | undefined;
  cost: number | undefined;
  /** Calls that cost something, or may have, that is not in `cost`. */
  partial: number;
  times: number[];
  /** The number of calls whose times were added. */
  timed: number;
}

export interface Summary {
  add(call: Call): void;
  /** The table of all calls so far; no lines where nothing was added since it was last asked for. */
  table(): string[];
}

export function createSummary(): Summary {
  const rows = new Map<string, Row>();
  let changed = false;
  return {
    add(call) {
      changed = true;
      const model = modelOf(call);
      const key = rows.has(model) || rows.size < MODELS ? model : OTHERS;
      const row = rows.get(key) ?? emptyRow();
      rows.set(key, row);
      count(row, call);
    },
    table() {
      if (!changed) return [];
      changed = false;
      const named = [...rows].map(([model, row]) => cells(model, row));
      const total = rows.size > 1 ? [cells('total', [...rows.values()].reduce(sum, emptyRow()))] : [];
      return tableOf([['model', 'calls', 'errors', 'in', 'out', 'cost', 'p50', 'p95'], ...named, ...total]);
    },
  };
}

const emptyRow = (): Row => ({
  calls: 0,
  errors: 0,
  input: undefined,
  output: undefined,
  cost: undefined,
  partial: 0,
  times: [],
  timed: 0,
});

function count(row: Row, call: Call): void {
  const { usage } = call.response;
  // The sums of several calls have no time that one of them took.
  if (call.modelCalls === undefined) row.times[row.timed++ % SAMPLES] = durationOf(call);
  row.calls += call.modelCalls ?? 1;
  if (call.outcome === 'failed') row.errors++;
  else if (call.cost === undefined || call.cost.partial) row.partial++;
  row.input = plus(row.input, usage?.inputTokens);
  row.output = plus(row.output, usage?.outputTokens);
  row.cost = plus(row.cost, call.cost?.total);
}

const sum = (all: Row, row: Row): Row => ({
  calls: all.calls + row.calls,
  errors: all.errors + row.errors,
  input: plus(all.input, row.input),
  output: plus(all.output, row.output),
  cost: plus(all.cost, row.cost),
  partial: all.partial + row.partial,
  times: [...all.times, ...row.times],
  timed: all.timed + row.timed,
});

/** A sum in which an unknown value stays unknown and does not become 0. */
const plus = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : a + b;

function cells(model: string, row: Row): string[] {
  const times = row.times.toSorted((a, b) => a - b);
  const cost = amount(row.cost, row.partial > 0);
  const counts = [row.calls, row.errors, row.input, row.output].map(whole);
  return [model, ...counts, cost, ms(quantile(times, 0.5)), ms(quantile(times, 0.95))];
}

/** By nearest rank: a time that a call really took. */
const quantile = (sorted: readonly number[], q: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
