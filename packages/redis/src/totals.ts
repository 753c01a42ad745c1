/** What all processes have used, in Redis: hashes of counters, one for each hour and one for all hours. */
import {
  COST_UNIT,
  type Dimensions,
  NO_USAGE,
  type SharedTotals,
  type UsageField,
  type UsageRow,
} from '@llmtrace/core/internal';
import { type RunScript, scriptOf } from './client.ts';
import { ADD, COUNTERS, READ, RESET } from './totals-scripts.ts';

const add = scriptOf(ADD);
const read = scriptOf(READ);
const reset = scriptOf(RESET);

const HOUR = 3_600_000;
/** The number of hours with their own rows; earlier usage counts as a whole. */
const HOURS = 48;
/** How long an hour is kept, in ms. */
const HOUR_TTL = (HOURS + 2) * HOUR;
/** How long the sum of all hours is kept after the last call, in ms. */
const TTL = 31 * 24 * HOUR;
/** For so long a batch is known, so that a second one of the same name is not counted, in ms. */
const BATCH_TTL = 10 * 60_000;
/** The most rows of an hash; further ones have `other` in each field. A row has some 800 bytes. */
const MAX_ROWS = 1000;

/** The longest value of a field, in UTF-16 code units, as core cuts them. */
const MAX_VALUE = 256;

/** @param now in ms since 1970 */
export function totalsIn(
  prefix: string,
  fields: readonly UsageField[],
  run: RunScript,
  now: () => number = Date.now,
): SharedTotals {
  const base = `${prefix}:{usage}`;
  const all = `${base}:all`;
  const hourKey = (time: number): string => `${base}:hour:${Math.floor(time / HOUR)}`;
  /** The keys of the hours from this time on. */
  const hoursSince = (since: number): string[] => {
    const end = Math.floor(now() / HOUR);
    const start = Math.max(Math.floor(since / HOUR), end - HOURS);
    return Array.from({ length: end - start + 1 }, (_, i) => hourKey((start + i) * HOUR));
  };
  const other = JSON.stringify(fields.map(() => 'other'));
  return {
    fields,
    add(batch, rows) {
      const keys = [all, hourKey(now()), `${base}:batch:${batch}`];
      const limits = [MAX_ROWS, TTL, HOUR_TTL, BATCH_TTL].map(String);
      return run(add, keys, [...limits, other, ...rows.flatMap((row) => argumentsOf(row, fields))]);
    },
    async read(since) {
      const isRecent = since !== undefined && since > now() - (HOURS - 1) * HOUR;
      const keys = isRecent ? hoursSince(since) : [all];
      const reply = await run(read, keys, []);
      const found = (Array.isArray(reply) ? reply : []).map((hash) => contentOf(hash, fields));
      const start = Math.min(...found.map((one) => one.since ?? now()), now());
      return {
        since: isRecent ? Math.max(start, Math.floor(since / HOUR) * HOUR) : start,
        rows: found.flatMap(({ rows }) => rows),
      };
    },
    reset: () => run(reset, [all, ...hoursSince(0)], []),
  };
}

/** A row's name, which is a list of its values, and its counters. */
function argumentsOf(row: UsageRow, fields: readonly UsageField[]): string[] {
  const name = JSON.stringify(fields.map((field) => row.by[field] ?? null));
  const cost = Math.round(row.cost / COST_UNIT);
  return [name, ...COUNTERS.map((counter) => String(counter === 'cost' ? cost : row[counter]))];
}

/** What a hash has: field and value by turns, which other programs may have written. */
function contentOf(hash: unknown, fields: readonly UsageField[]): Content {
  const rows = new Map<string, Row>();
  let since: number | undefined;
  for (const [field, value] of entriesOf(hash)) {
    if (field === 'since') since = value;
    const [, number = '', name = ''] = /^(\d) (.*)$/s.exec(field) ?? [];
    const counter = COUNTERS[Number(number)];
    const row = number === '' ? undefined : (rows.get(name) ?? emptyRow(name, fields));
    if (!row || counter === undefined) continue;
    rows.set(name, row);
    row[counter] = counter === 'cost' ? value * COST_UNIT : value;
  }
  return { since, rows: [...rows.values()] };
}

interface Content {
  readonly since: number | undefined;
  readonly rows: readonly UsageRow[];
}

type Row = { -readonly [name in keyof UsageRow]: UsageRow[name] };

/** The most fields of a hash that llmtrace has written. */
const MAX_FIELDS = COUNTERS.length * (MAX_ROWS + 1) + 1;

function* entriesOf(hash: unknown): Generator<[field: string, value: number]> {
  if (!Array.isArray(hash)) return;
  for (let i = 0; i + 1 < hash.length && i < 2 * MAX_FIELDS; i += 2) {
    const value = Number(hash[i + 1]);
    if (Number.isFinite(value)) yield [String(hash[i]), value];
  }
}

function emptyRow(name: string, fields: readonly UsageField[]): Row | undefined {
  const by = dimensionsOf(name, fields);
  return by && { by, ...NO_USAGE };
}

/** Undefined where the name is not one of ours. */
function dimensionsOf(name: string, fields: readonly UsageField[]): Dimensions | undefined {
  let values: unknown;
  try {
    values = JSON.parse(name);
  } catch {
    return undefined;
  }
  if (!Array.isArray(values) || values.length !== fields.length) return undefined;
  const by: Record<string, string> = {};
  for (const [i, field] of fields.entries()) {
    const value: unknown = values[i];
    if (typeof value === 'string') by[field] = value.slice(0, MAX_VALUE);
  }
  return by;
}
