/** The list of calls, filtered and sorted, with its sums. */
import type { Call, CallDetail, Totals } from '../api-types.ts';
import { type CallRow, inMs, sessionOf, statusOf, userOf } from '../store/row.ts';
import { isUnpriced, type Store } from '../store/store.ts';
import { filterOf } from './filter.ts';

export function callOf(row: CallRow): Call {
  const { call, trace } = row;
  return {
    id: row.spanId,
    traceId: row.traceId,
    seq: row.seq,
    start: row.start,
    duration: row.duration,
    status: statusOf(row),
    service: row.service,
    model: call.model,
    provider: call.provider,
    operation: call.operation,
    origin: trace.root === row ? undefined : trace.root?.name,
    input: call.input,
    output: call.output,
    cached: call.cached,
    written: call.written,
    reasoning: call.reasoning,
    cost: call.cost,
    isPartial: call.isPartial,
    firstChunk: inMs(call.firstChunk),
    wait: inMs(call.wait),
    retries: call.retries,
    finish: call.finish,
    error: call.errorCategory ?? (row.hasFailed ? (call.errorType ?? 'error') : undefined),
    session: sessionOf(row),
    user: userOf(row),
    isWrapper: row.isWrapper,
  };
}

export function callDetailOf(row: CallRow): CallDetail {
  const { responseModel, inputCost, outputCost, costSource, outcome, errorType, errorCode, httpStatus } =
    row.call;
  return {
    ...callOf(row),
    responseModel,
    inputCost,
    outputCost,
    costSource,
    outcome,
    errorType,
    errorCode,
    httpStatus,
  };
}

const SORTS: Record<string, (row: CallRow) => number | string> = {
  time: ({ start }) => start,
  status: statusOf,
  model: ({ call }) => call.model ?? '',
  app: ({ trace }) => trace.root?.name ?? '',
  in: ({ call }) => call.input ?? -1,
  out: ({ call }) => call.output ?? -1,
  cost: ({ call }) => call.cost ?? -1,
  dur: ({ duration }) => duration,
  ttft: ({ call }) => call.firstChunk ?? -1,
};

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

function sorted(rows: readonly CallRow[], sort: string, isDescending: boolean): CallRow[] {
  // Calls arrive nearly in this order, so sorting them takes little time.
  const inTime = rows.toSorted((a, b) => a.start - b.start);
  const get = sort !== 'time' && Object.hasOwn(SORTS, sort) ? SORTS[sort] : undefined;
  const result = get ? sortedBy(inTime, get) : inTime;
  return isDescending ? result.reverse() : result;
}

/** Sorts indexes by key: pairs of a key and a row would take 189 ms instead of 115 for 100,000 calls. */
function sortedBy(rows: readonly CallRow[], get: (row: CallRow) => number | string): CallRow[] {
  const keys = rows.map(get);
  const order = Array.from(keys.keys()).sort((a, b) => compare(keys[a] ?? '', keys[b] ?? ''));
  return order.map((index) => rows[index] as CallRow);
}

export function totalsOf(rows: Iterable<CallRow>): Totals {
  const totals = { calls: 0, cost: 0, unpriced: 0, errors: 0, input: 0, output: 0 };
  for (const row of rows) {
    if (row.isWrapper) continue;
    totals.calls++;
    totals.cost += row.call.cost ?? 0;
    if (isUnpriced(row)) totals.unpriced++;
    if (statusOf(row) === 'error') totals.errors++;
    totals.input += row.call.input ?? 0;
    totals.output += row.call.output ?? 0;
  }
  return totals;
}

export interface CallQuery {
  readonly q?: string;
  readonly sort?: string;
  readonly isDescending?: boolean;
  readonly service?: string | undefined;
  /** The highest `seq` of the list, which so does not change when newer calls arrive. */
  readonly upto?: number | undefined;
}

export interface Listed {
  readonly rows: readonly CallRow[];
  readonly totals: Totals;
  readonly unknown: readonly string[];
}

const MAX_CACHED = 16;
const cache = new WeakMap<Store, Map<string, Listed>>();

/** Lists calls; results are cached until the store changes. */
export function listCalls(store: Store, query: CallQuery): Listed {
  const lists = cache.get(store) ?? new Map<string, Listed>();
  cache.set(store, lists);
  const key = JSON.stringify([store.version, query]);
  const known = lists.get(key);
  if (known) return known;
  const list = computed(store, query);
  const [oldest] = lists.keys();
  if (lists.size >= MAX_CACHED && oldest) lists.delete(oldest);
  lists.set(key, list);
  return list;
}

function computed(
  store: Store,
  { q = '', sort = 'time', isDescending = true, service, upto }: CallQuery,
): Listed {
  const { test, unknown } = filterOf(q);
  const found = store.calls.filter(
    (row) =>
      !row.isGone &&
      (upto === undefined || row.seq <= upto) &&
      (!service || row.service === service) &&
      (!test || test(row)),
  );
  return { rows: sorted(found, sort, isDescending), totals: totalsOf(found), unknown };
}
