/** The sums of the overview: of all calls, by model, by origin, and over time. */
import { type Bucket, type Dot, type ModelSums, type Origin, type Overview, STATUSES } from '../api-types.ts';
import { type CallRow, inMs, statusOf } from '../store/row.ts';
import { isUnpriced, type Store } from '../store/store.ts';
import { listCalls } from './calls.ts';
import { byCost, grouped } from './group.ts';

const quantile = (sorted: Float64Array, share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];

const sortedOf = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 6, 12, 24].map((n) => n * HOUR),
];
const MAX_BUCKETS = 72;

interface Frame {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** The shown time, divided into buckets. */
function frameOf(first: number, last: number, now: number): Frame {
  const end = Math.max(last + 1, Math.min(now, last + MINUTE));
  const length = Math.max(end - first, 10 * SECOND);
  const step = STEPS.find((each) => length / each <= MAX_BUCKETS) ?? Math.ceil(length / MAX_BUCKETS);
  const from = Math.floor(first / step) * step;
  return { from, step, to: from + Math.max(1, Math.ceil((end - from) / step)) * step };
}

interface Sums {
  calls: number;
  errors: number;
  cost: number;
  unpriced: number;
  input: number;
  output: number;
  cached: number;
  durations: number[];
}

const newSums = (): Sums => ({
  calls: 0,
  errors: 0,
  cost: 0,
  unpriced: 0,
  input: 0,
  output: 0,
  cached: 0,
  durations: [],
});

function add(sums: Sums, row: CallRow): void {
  const { cost = 0, input = 0, output = 0, cached = 0 } = row.call;
  sums.calls++;
  sums.cost += cost;
  sums.input += input;
  sums.output += output;
  sums.cached += cached;
  if (isUnpriced(row)) sums.unpriced++;
  if (statusOf(row) === 'error') sums.errors++;
  else sums.durations.push(row.duration);
}

const modelOf = ({ call }: CallRow): string => call.model ?? 'unknown';

function sumsOf(rows: readonly CallRow[]): Sums {
  const sums = newSums();
  for (const row of rows) add(sums, row);
  return sums;
}

function modelsOf(rows: readonly CallRow[]): ModelSums[] {
  const models = [...grouped(rows, modelOf)].map(([model, group]) => {
    const { durations, ...sums } = sumsOf(group);
    const sorted = sortedOf(durations);
    return { model, ...sums, median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
  });
  return models.sort(byCost);
}

const NO_ORIGIN = '(no parent)';
const MAX_ORIGINS = 8;

const originOf = (row: CallRow): string => {
  const { root } = row.trace;
  return root && root !== row ? root.name : NO_ORIGIN;
};

function originsOf(rows: readonly CallRow[]): Origin[] {
  const origins = [...grouped(rows, originOf)].map(([name, group]) => {
    const { calls, cost, unpriced } = sumsOf(group);
    return { name, calls, cost, unpriced, traces: new Set(group.map(({ traceId }) => traceId)).size };
  });
  return origins.sort(byCost).slice(0, MAX_ORIGINS);
}

function bucketsOf(rows: readonly CallRow[], { from, to, step }: Frame): Bucket[] {
  const buckets = Array.from({ length: Math.round((to - from) / step) }, (): CallRow[] => []);
  for (const row of rows) buckets[Math.floor((row.start - from) / step)]?.push(row);
  return buckets.map((group) => {
    const { calls, errors, input, output, durations } = sumsOf(group);
    return {
      calls,
      errors,
      tokens: input + output,
      median: quantile(sortedOf(durations), 0.5),
      cost: costByModel(group),
    };
  });
}

function costByModel(rows: readonly CallRow[]): Record<string, number> {
  const costs = new Map<string, number>();
  for (const row of rows) {
    if (row.call.cost) costs.set(modelOf(row), (costs.get(modelOf(row)) ?? 0) + row.call.cost);
  }
  return Object.fromEntries(costs);
}

const MAX_DOTS = 4000;

/** The calls to draw as dots: all of a few; of many, those that failed or took long, and an even sample of the others. */
function dotted(rows: readonly CallRow[], sorted: Float64Array): readonly CallRow[] {
  if (rows.length <= MAX_DOTS) return rows;
  const kept = new Set<CallRow>();
  const keep = (candidates: Iterable<CallRow>, most: number) => {
    for (const row of candidates) if (kept.size < most) kept.add(row);
  };
  const slow = sorted[Math.max(0, sorted.length - Math.ceil(MAX_DOTS * 0.15))] ?? Number.POSITIVE_INFINITY;
  keep(
    rows.filter((row) => statusOf(row) === 'error'),
    MAX_DOTS * 0.4,
  );
  keep(
    rows.filter(({ duration }) => duration >= slow),
    MAX_DOTS * 0.5,
  );
  const each = Math.ceil(rows.length / (MAX_DOTS * 0.5));
  keep(
    rows.filter((_row, index) => index % each === 0),
    MAX_DOTS,
  );
  return [...kept];
}

function dotsOf(rows: readonly CallRow[], models: readonly ModelSums[], from: number): Dot[] {
  const places = new Map(models.map(({ model }, index) => [model, index]));
  return rows.map((row) => [
    Math.round(row.start - from),
    Math.round(row.duration),
    places.get(modelOf(row)) ?? 0,
    STATUSES.indexOf(statusOf(row)),
    row.spanId,
  ]);
}

/** Whether the application left the call before its end. */
function hasLeft(row: CallRow): boolean {
  const status = statusOf(row);
  return status === 'cancelled' || status === 'abandoned';
}

export interface OverviewQuery {
  readonly service: string | undefined;
  /** The length of the shown time, in ms until the last call; 0 shows all. */
  readonly range: number;
}

export function overviewOf(store: Store, { service, range }: OverviewQuery, now = Date.now()): Overview {
  const all = listCalls(store, { service }).rows.filter(({ isWrapper }) => !isWrapper);
  const last = all[0]?.start ?? now;
  const first = Math.max(all.at(-1)?.start ?? now - MINUTE, range > 0 ? last - range : 0);
  const rows = all.filter(({ start }) => start >= first);
  const frame = frameOf(first, last, now);
  const models = modelsOf(rows);
  const { durations: took, ...totals } = sumsOf(rows);
  const durations = sortedOf(took);
  const firstChunks = sortedOf(rows.flatMap(({ call }) => inMs(call.firstChunk) ?? []));
  const dots = dotted(rows, durations);
  return {
    ...frame,
    models,
    totals: {
      ...totals,
      left: rows.reduce((sum, row) => (hasLeft(row) ? sum + 1 : sum), 0),
      retries: rows.reduce((sum, { call }) => sum + call.retries, 0),
      median: quantile(durations, 0.5),
      p95: quantile(durations, 0.95),
      firstChunkMedian: quantile(firstChunks, 0.5),
      firstChunkP95: quantile(firstChunks, 0.95),
    },
    buckets: bucketsOf(rows, frame),
    origins: originsOf(rows),
    dots: dotsOf(dots, models, frame.from),
    isSampled: dots.length < rows.length,
  };
}
