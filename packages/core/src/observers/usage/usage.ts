/** The usage of the calls of this process so far, grouped by dimensions. */
import { diag } from '@opentelemetry/api';
import type { Call, Observer } from '../../model/call.ts';
import { isRecord, quoted, shown } from '../../options/rules.ts';
import { safeCallback } from '../../platform/safe-callback.ts';
import { type Dimensions, dimensionsOf, USAGE_FIELDS, type UsageField, type UsageTotals } from './cell.ts';
import { type UsageRow, UsageStore } from './store.ts';

export interface UsageQuery {
  /** The dimensions to group by: `['tenant', 'model']` has a row for each tenant and model. @default [] one row */
  readonly by?: readonly UsageField[] | undefined;
  /**
   * The first call to count, to the minute for the last hour and to the hour for the last two days. A time before that
   * counts all earlier usage.
   * @default the start of the process, or the last `resetUsage()`
   */
  readonly since?: Date | number | undefined;
}

export interface UsageReport {
  /** The start of the counted usage: the start of the minute or the hour that contains the `since` of the query. */
  readonly since: Date;
  /** In the order of their cost, the highest first. */
  readonly rows: readonly UsageRow[];
  readonly total: UsageTotals;
}

/** The usage of one call. A number is undefined if it is unknown. */
export interface CallUsage {
  readonly by: Dimensions;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** In USD. */
  readonly cost: number | undefined;
  readonly outcome: Call['outcome'];
}

type Listener = (usage: CallUsage) => void;

/** The usage of the process. Copies of llmtrace share it: its shape is a contract. */
interface Usage {
  readonly store: UsageStore;
  readonly listeners: Map<object, Listener>;
}

const SHARED = Symbol.for('llmtrace.usage');

function usage(): Usage {
  const shared = globalThis as { [SHARED]?: Usage };
  if (!shared[SHARED])
    Object.defineProperty(shared, SHARED, { value: { store: new UsageStore(), listeners: new Map() } });
  return shared[SHARED] as Usage;
}

/**
 * Returns the usage of the calls of this process. The cost is exact to 1e-9 USD. The memory for it is bounded: beyond some
 * 20,000 combinations of values, the oldest usage has `other` as its user, session, conversation and prompt version.
 *
 * @throws TypeError for an unknown field, or a `since` that is not a date.
 */
export function getUsage(query: UsageQuery = {}): UsageReport {
  const { by = [], since } = checked(query);
  const { store } = usage();
  const { since: start, rows } = store.report(by, since);
  const [total = NOTHING] = by.length === 0 ? rows : store.report([], since).rows;
  return { since: new Date(start), rows, total: totalsOf(total) };
}

const NOTHING: UsageTotals = {
  calls: 0,
  failed: 0,
  refused: 0,
  inputTokens: 0,
  outputTokens: 0,
  cost: 0,
  unpriced: 0,
  partial: 0,
};

const totalsOf = ({ by: _, ...totals }: UsageTotals & { by?: unknown }): UsageTotals => totals;

/** Counts from 0 again. */
export const resetUsage = (): void => usage().store.reset();

/**
 * Runs `listener` when a call has ended and its usage is counted. An error of the listener is logged once and dropped.
 *
 * @returns a function that removes the listener.
 */
export function onUsage(listener: (usage: CallUsage) => void): () => void {
  if (typeof listener !== 'function')
    throw new TypeError(`Expected the listener to be a function, got ${shown(listener)}.`);
  const { listeners } = usage();
  const key = {};
  listeners.set(key, safeCallback('llmtrace: a listener of onUsage()', listener, diag));
  return () => void listeners.delete(key);
}

/** Counts the calls of all instrumentations. */
export const usageObserver: Observer = {
  end(call) {
    const { store, listeners } = usage();
    store.add(call);
    if (listeners.size === 0) return;
    const { inputTokens, outputTokens } = call.response.usage ?? {};
    const used = {
      by: dimensionsOf(call),
      inputTokens,
      outputTokens,
      cost: call.cost?.total,
      outcome: call.outcome,
    };
    for (const listener of [...listeners.values()]) listener(used);
  },
};

interface Checked {
  readonly by?: readonly UsageField[];
  readonly since?: number;
}

function checked(query: unknown): Checked {
  if (!isRecord(query)) throw new TypeError(`Expected the query to be an object, got ${shown(query)}.`);
  const { by = [], since } = query;
  if (!Array.isArray(by)) throw new TypeError(`Expected \`by\` to be a list of fields, got ${shown(by)}.`);
  const wrong = by.find((field) => !USAGE_FIELDS.includes(field as UsageField));
  if (wrong !== undefined)
    throw new TypeError(
      `Expected \`by\` to have only ${USAGE_FIELDS.join(', ')}, got ${quoted(String(wrong))}.`,
    );
  if (since === undefined) return { by };
  const time = Number(since);
  if (!Number.isFinite(time)) throw new TypeError(`Expected \`since\` to be a date, got ${shown(since)}.`);
  return { by, since: time };
}
