/** What the calls of this process have used so far, by any of their dimensions. */
import { diag } from '@opentelemetry/api';
import type { Call, Observer } from '../../model/call.ts';
import { isRecord, quoted, shown } from '../../options/rules.ts';
import { safeCallback } from '../../platform/safe-callback.ts';
import { type Dimensions, dimensionsOf, USAGE_FIELDS, type UsageField, type UsageTotals } from './cell.ts';
import { type UsageRow, UsageStore } from './store.ts';

export interface UsageQuery {
  /** What rows are told apart by: `['tenant', 'model']`. @default [] one row */
  readonly by?: readonly UsageField[] | undefined;
  /**
   * From when on: minutes of the last hour, hours of the last two days; before that, all usage counts.
   * @default the start of the process, or the last `resetUsage()`
   */
  readonly since?: Date | number | undefined;
}

export interface UsageReport {
  /** From when on usage is counted: `since`, or the start of the minute or hour that it is in. */
  readonly since: Date;
  /** What costs most comes first. */
  readonly rows: readonly UsageRow[];
  readonly total: UsageTotals;
}

/** What one call has used. A number is absent where it is not known. */
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
 * What the calls of this process have used. The cost is exact to 1e-9 USD. The memory for it is bounded: beyond some 20,000
 * combinations of values, the oldest usage has `other` as its user, session and conversation.
 *
 * @throws TypeError for a field that does not exist, or a time that is none.
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
 * Runs `listener` when a call has ended and its usage is counted. What it throws is logged once and dropped.
 *
 * @returns a function that ends it.
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
