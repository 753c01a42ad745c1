/** The usage of the calls of this process so far, grouped by dimensions. */
import { diag } from '@opentelemetry/api';
import type { Call, Observer } from '../../model/call.ts';
import {
  type Dimensions,
  NO_USAGE,
  type SharedTotals,
  USAGE_FIELDS,
  type UsageField,
  type UsageRow,
  type UsageTotals,
} from '../../model/usage-totals.ts';
import { expectKnown, isRecord, quoted, shown } from '../../options/rules.ts';
import { safeCallback } from '../../platform/safe-callback.ts';
import { sharedInProcess } from '../../platform/shared-in-process.ts';
import { warnOnce } from '../../platform/warn.ts';
import { dimensionsOf } from './cell.ts';
import { UsageSender } from './shared.ts';
import { UsageStore } from './store.ts';

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

/** The usage of all processes that share a store. */
export interface SharedUsageReport extends UsageReport {
  /** False if the report is of this process alone, because no store is set up or it does not answer. */
  readonly isShared: boolean;
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
  /** What sends the usage to a store of several processes. */
  sender?: UsageSender;
}

const SHARED = Symbol.for('llmtrace.usage');

const usage = (): Usage =>
  sharedInProcess(SHARED, (): Usage => ({ store: new UsageStore(), listeners: new Map() }));

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
  const [total = NO_USAGE] = by.length === 0 ? rows : store.report([], since).rows;
  return { since: new Date(start), rows, total: totalsOf(total) };
}

const totalsOf = ({ by: _, ...totals }: UsageTotals & { by?: unknown }): UsageTotals => totals;

/** Counts from 0 again, in this process. */
export const resetUsage = (): void => usage().store.reset();

/** Sends the usage of this process to a store from now on. The first store of the process stays. */
export function shareUsage(store: SharedTotals): void {
  usage().sender ??= new UsageSender(store);
}

/**
 * What the calls of all processes have used that share a Redis (`LLMTRACE_REDIS_USAGE`), up to now for this process, and
 * up to a second ago for others. Where Redis is not set up or out of reach, it is that of this process, with one warning.
 *
 * @param query `by` has only fields of `LLMTRACE_REDIS_USAGE`. `since` counts from the start of a minute of the last
 * hour, or of an hour of the last two days; before that, all usage since the last reset counts, until a month after the last
 * call.
 * @throws TypeError for a field that is not shared, or a time that is none.
 */
export async function getSharedUsage(query: UsageQuery = {}): Promise<SharedUsageReport> {
  const { by = [], since } = checked(query);
  const { sender } = usage();
  if (!sender)
    warnOnce('getSharedUsage() has the totals of this process alone: LLMTRACE_REDIS_USAGE is not set');
  else expectFields(by, sender.fields);
  const shared = await sender?.read(by, since);
  if (!shared) return { ...getUsage(query), isShared: false };
  const { rows, total = NO_USAGE } = shared;
  return { since: new Date(shared.since), rows, total: totalsOf(total), isShared: true };
}

/**
 * All processes that share a Redis count from 0 again. What others have counted and not sent yet, for a second, is added.
 *
 * @returns false where Redis is not set up, or out of reach.
 */
export const resetSharedUsage = async (): Promise<boolean> => (await usage().sender?.reset()) ?? false;

/** Sends what was counted, before the process ends. */
export const flushUsage = async (): Promise<void> => void (await usage().sender?.flush());

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
export const usageObserver: Observer = { end: add, usage: add };

function add(call: Readonly<Call>): void {
  const { store, listeners, sender } = usage();
  store.add(call);
  sender?.add(call);
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
}

function expectFields(by: readonly unknown[], known: readonly UsageField[]): void {
  const wrong = by.find((field) => !known.includes(field as UsageField));
  if (wrong === undefined) return;
  throw new TypeError(`Expected \`by\` to have only ${known.join(', ')}, got ${quoted(String(wrong))}.`);
}

interface Checked {
  readonly by?: readonly UsageField[];
  readonly since?: number;
}

function checked(query: unknown): Checked {
  if (!isRecord(query)) throw new TypeError(`Expected the query to be an object, got ${shown(query)}.`);
  expectKnown('the query', query, ['by', 'since']);
  const { by = [], since } = query;
  if (!Array.isArray(by)) throw new TypeError(`Expected \`by\` to be a list of fields, got ${shown(by)}.`);
  expectFields(by, USAGE_FIELDS);
  if (since === undefined) return { by };
  const time = Number(since);
  if (!Number.isFinite(time)) throw new TypeError(`Expected \`since\` to be a date, got ${shown(since)}.`);
  return { by, since: time };
}
