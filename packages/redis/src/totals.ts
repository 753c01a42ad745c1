/** What all processes have used, in Redis: hashes of counters, one for each minute, one for each hour, and one for all time. */
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

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Parts of time with their own rows; earlier usage counts as a whole. */
interface Period {
  readonly name: string;
  /** In ms. */
  readonly length: number;
  /** The number of periods that are kept. */
  readonly count: number;
}

/** The finest first. */
const PERIODS: readonly Period[] = [
  { name: 'minute', length: MINUTE, count: 60 },
  { name: 'hour', length: HOUR, count: 48 },
];

/** How long a period is kept, in ms: two longer than it is read, for clocks that differ. */
const ttlOf = ({ length, count }: Period): number => (count + 2) * length;

/** How long the sum of all time is kept after the last call, in ms. */
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
  const keys = new UsageKeys(prefix, now);
  const other = JSON.stringify(fields.map(() => 'other'));
  return {
    fields,
    add(batch, rows) {
      const time = now();
      const added = [keys.all, ...PERIODS.map((period) => keys.of(period, time)), keys.ofBatch(batch)];
      const lifetimes = [TTL, ...PERIODS.map(ttlOf)].map(String);
      const counted = rows.flatMap((row) => argumentsOf(row, fields));
      return run(add, added, [String(MAX_ROWS), String(BATCH_TTL), other, ...lifetimes, ...counted]);
    },
    async read(since) {
      const from = since ?? -Infinity;
      const period = periodWith(from, now());
      const reply = await run(read, period ? keys.since(period, from) : [keys.all], []);
      const found = (Array.isArray(reply) ? reply : []).map((hash) => contentOf(hash, fields));
      const start = Math.min(...found.map((content) => content.since ?? now()), now());
      return {
        since: period ? Math.max(start, Math.floor(from / period.length) * period.length) : start,
        rows: found.flatMap(({ rows }) => rows),
      };
    },
    reset: () => run(reset, [keys.all, ...PERIODS.flatMap((period) => keys.since(period, 0))], []),
  };
}

/** The keys of the hashes; a cluster keeps keys of the same prefix on one node. */
class UsageKeys {
  /** The key of the sum of all time. */
  readonly all: string;
  readonly #base: string;
  readonly #now: () => number;

  constructor(prefix: string, now: () => number) {
    this.#base = `${prefix}:{usage}`;
    this.all = `${this.#base}:all`;
    this.#now = now;
  }

  of({ name, length }: Period, time: number): string {
    return `${this.#base}:${name}:${Math.floor(time / length)}`;
  }

  ofBatch(batch: string): string {
    return `${this.#base}:batch:${batch}`;
  }

  /** The keys of the periods from this time on. */
  since(period: Period, since: number): string[] {
    const { length, count } = period;
    const end = Math.floor(this.#now() / length);
    const start = Math.max(Math.floor(since / length), end - count);
    return Array.from({ length: end - start + 1 }, (_, i) => this.of(period, (start + i) * length));
  }
}

/** The finest period that reaches back to a time. */
const periodWith = (since: number, now: number): Period | undefined =>
  PERIODS.find(({ length, count }) => since > now - (count - 1) * length);

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
