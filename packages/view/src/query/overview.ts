/** The sums of the overview: of all calls, by model, by origin, and over time. */
import { type Bucket, type Dot, type ModelSums, type Origin, type Overview, STATUSES } from '../api-types.ts';
import { type CallRow, type Status, statusOf, type Trace } from '../store/row.ts';
import { isUnpriced, type Store } from '../store/store.ts';
import { byCost } from './group.ts';

const quantile = (sorted: Float64Array, share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];

const sortedOf = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
const medianOf = (values: readonly number[]): number | undefined => quantile(sortedOf(values), 0.5);

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

/** The time that is shown, cut into buckets. */
function frameOf(first: number, last: number, now: number): Frame {
  const end = Math.max(last + 1, Math.min(now, last + MINUTE));
  const length = Math.max(end - first, 10 * SECOND);
  const step = STEPS.find((each) => length / each <= MAX_BUCKETS) ?? Math.ceil(length / MAX_BUCKETS);
  const from = Math.floor(first / step) * step;
  return { from, step, to: from + Math.max(1, Math.ceil((end - from) / step)) * step };
}

class Spending {
  calls = 0;
  cost = 0;
  unpriced = 0;

  spend(row: CallRow): void {
    this.calls++;
    this.cost += row.call.cost ?? 0;
    if (isUnpriced(row)) this.unpriced++;
  }
}

/** Sums of calls; those that failed have no part in how long calls take. */
class Sums extends Spending {
  errors = 0;
  input = 0;
  output = 0;
  cached = 0;
  readonly durations: number[] = [];

  add(row: CallRow, status: Status): void {
    const { input = 0, output = 0, cached = 0 } = row.call;
    this.spend(row);
    this.input += input;
    this.output += output;
    this.cached += cached;
    if (status === 'error') this.errors++;
    else this.durations.push(row.duration);
  }
}

class BucketSums extends Sums {
  readonly costs = new Map<string, number>();
}

class OriginSums extends Spending {
  readonly traces = new Set<Trace>();
}

function madeAt<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const modelOf = ({ call }: CallRow): string => call.model ?? 'unknown';
const NO_ORIGIN = '(no parent)';

const originOf = (row: CallRow): string => {
  const { root } = row.trace;
  return root && root !== row ? root.name : NO_ORIGIN;
};

/** All sums in one pass over the calls: a call is looked at once, however many tables it is in. */
class Tally {
  readonly all = new Sums();
  readonly models = new Map<string, Sums>();
  readonly origins = new Map<string, OriginSums>();
  readonly buckets: readonly BucketSums[];
  readonly statuses: Status[] = [];
  readonly firstChunks: number[] = [];
  /** The application went on before they had ended. */
  left = 0;
  retries = 0;
  private readonly frame: Frame;

  constructor(rows: readonly CallRow[], frame: Frame) {
    this.frame = frame;
    const { from, to, step } = frame;
    this.buckets = Array.from({ length: Math.round((to - from) / step) }, () => new BucketSums());
    for (const row of rows) this.add(row);
  }

  private add(row: CallRow): void {
    const { cost, firstChunk, retries } = row.call;
    const status = statusOf(row);
    const model = modelOf(row);
    this.statuses.push(status);
    this.all.add(row, status);
    madeAt(this.models, model, () => new Sums()).add(row, status);
    const origin = madeAt(this.origins, originOf(row), () => new OriginSums());
    origin.spend(row);
    origin.traces.add(row.trace);
    const bucket = this.buckets[Math.floor((row.start - this.frame.from) / this.frame.step)];
    bucket?.add(row, status);
    if (cost) bucket?.costs.set(model, (bucket.costs.get(model) ?? 0) + cost);
    if (firstChunk !== undefined) this.firstChunks.push(firstChunk * SECOND);
    if (status === 'cancelled' || status === 'abandoned') this.left++;
    this.retries += retries;
  }
}

const modelsOf = ({ models }: Tally): ModelSums[] =>
  [...models]
    .map(([model, { durations, ...sums }]) => {
      const sorted = sortedOf(durations);
      return { model, ...sums, median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
    })
    .sort(byCost);

const MAX_ORIGINS = 8;

const originsOf = ({ origins }: Tally): Origin[] =>
  [...origins]
    .map(([name, { calls, cost, unpriced, traces }]) => ({
      name,
      calls,
      cost,
      unpriced,
      traces: traces.size,
    }))
    .sort(byCost)
    .slice(0, MAX_ORIGINS);

const bucketsOf = ({ buckets }: Tally): Bucket[] =>
  buckets.map(({ calls, errors, input, output, durations, costs }) => ({
    calls,
    errors,
    tokens: input + output,
    median: medianOf(durations),
    cost: Object.fromEntries(costs),
  }));

const MAX_DOTS = 4000;

/** The places of those that are drawn: all while they are few; else what failed or took long, and an even part of the rest. */
function dotted(rows: readonly CallRow[], { statuses }: Tally, sorted: Float64Array): readonly number[] {
  const places = rows.map((_row, index) => index);
  if (rows.length <= MAX_DOTS) return places;
  const kept = new Set<number>();
  const keep = (test: (index: number) => boolean, most: number) => {
    for (const index of places) if (kept.size < most && test(index)) kept.add(index);
  };
  const slow = sorted[Math.max(0, sorted.length - Math.ceil(MAX_DOTS * 0.15))] ?? Number.POSITIVE_INFINITY;
  keep((index) => statuses[index] === 'error', MAX_DOTS * 0.4);
  keep((index) => (rows[index]?.duration ?? 0) >= slow, MAX_DOTS * 0.5);
  const each = Math.ceil(rows.length / (MAX_DOTS * 0.5));
  keep((index) => index % each === 0, MAX_DOTS);
  return [...kept];
}

function dotsOf(
  rows: readonly CallRow[],
  { statuses }: Tally,
  { drawn, models, from }: { drawn: readonly number[]; models: readonly ModelSums[]; from: number },
): Dot[] {
  const places = new Map(models.map(({ model }, index) => [model, index]));
  return drawn.map((index) => {
    const row = rows[index] as CallRow;
    return [
      Math.round(row.start - from),
      Math.round(row.duration),
      places.get(modelOf(row)) ?? 0,
      STATUSES.indexOf(statuses[index] as Status),
      row.spanId,
    ];
  });
}

export interface OverviewQuery {
  readonly service: string | undefined;
  /** The last so many ms; 0 is all. */
  readonly range: number;
}

const isCounted = ({ isGone, isWrapper, service }: CallRow, wanted: string | undefined): boolean =>
  !isGone && !isWrapper && (!wanted || service === wanted);

/** The calls of the time that is shown, in the order in which they came, and when the first and the last began. */
function inRange(store: Store, { service, range }: OverviewQuery, now: number) {
  const all: CallRow[] = [];
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const row of store.calls) {
    if (!isCounted(row, service)) continue;
    all.push(row);
    if (row.start < least) least = row.start;
    if (row.start > most) most = row.start;
  }
  if (all.length === 0) return { rows: all, first: now - MINUTE, last: now };
  const first = Math.max(least, range > 0 ? most - range : 0);
  return { rows: first > least ? all.filter(({ start }) => start >= first) : all, first, last: most };
}

const keptOverviews = new WeakMap<Store, { key: string; overview: Overview }>();

/** Keeps what it worked out until the store changes: several pages show the same. */
export function overviewOf(store: Store, query: OverviewQuery, now = Date.now()): Overview {
  const key = JSON.stringify([store.version, query.service, query.range]);
  const known = keptOverviews.get(store);
  if (known?.key === key) return known.overview;
  const overview = workOut(store, query, now);
  keptOverviews.set(store, { key, overview });
  return overview;
}

function workOut(store: Store, query: OverviewQuery, now: number): Overview {
  const { rows, first, last } = inRange(store, query, now);
  const frame = frameOf(first, last, now);
  const tally = new Tally(rows, frame);
  const models = modelsOf(tally);
  const { durations: took, ...totals } = tally.all;
  const durations = sortedOf(took);
  const firstChunks = sortedOf(tally.firstChunks);
  const drawn = dotted(rows, tally, durations);
  return {
    ...frame,
    models,
    totals: {
      ...totals,
      left: tally.left,
      retries: tally.retries,
      median: quantile(durations, 0.5),
      p95: quantile(durations, 0.95),
      firstChunkMedian: quantile(firstChunks, 0.5),
      firstChunkP95: quantile(firstChunks, 0.95),
    },
    buckets: bucketsOf(tally),
    origins: originsOf(tally),
    dots: dotsOf(rows, tally, { drawn, models, from: frame.from }),
    isSampled: drawn.length < rows.length,
  };
}
