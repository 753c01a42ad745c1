/**
 * Totals of several processes. Each process sends the usage of its calls to a store some time after their end, so that no
 * call waits for the store. While the store does not answer, the totals are kept; many of them are merged into fewer rows.
 */
import type { Call } from '../../model/call.ts';
import {
  COST_UNIT,
  NO_USAGE,
  type SharedTotals,
  type UsageField,
  type UsageRow,
} from '../../model/usage-totals.ts';
import { randomId } from '../../platform/crypto.ts';
import { warnOnce } from '../../platform/warn.ts';
import { Cell, dimensionsOf, keyOf, OTHER, only } from './cell.ts';
import { rowsOf } from './store.ts';

/** The time between two batches, in ms. */
const INTERVAL = 1000;
/** The time until a batch that failed is sent again, in ms. */
const RETRY = 5000;
/** The longest wait for the store, in ms. */
const TIMEOUT = 2000;
/** The most rows of a batch, of some 500 bytes each. Further calls have `other` in each field. */
const MAX_ROWS = 500;

/** The totals of all processes. */
export interface SharedReport {
  readonly since: number;
  readonly rows: readonly UsageRow[];
  /** Undefined where there are no calls. */
  readonly total: UsageRow | undefined;
}

interface Batch {
  readonly name: string;
  readonly rows: readonly UsageRow[];
}

export class UsageSender {
  readonly #store: SharedTotals;
  #cells = new Map<string, Cell>();
  /** A batch that the store has not confirmed. It is sent again as it is: the store may have counted it. */
  #batch: Batch | undefined;
  #sending: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = -Infinity;

  constructor(store: SharedTotals) {
    this.#store = store;
  }

  get fields(): readonly UsageField[] {
    return this.#store.fields;
  }

  add(call: Readonly<Call>): void {
    this.#cellOf(only(dimensionsOf(call), this.fields)).add(call);
    this.#plan(Math.max(INTERVAL - (performance.now() - this.#sentAt), 0));
  }

  /**
   * Sends all that was counted so far.
   * @returns whether the store has all of it.
   */
  async flush(): Promise<boolean> {
    // A batch that is under way lacks the calls that have ended since.
    if (this.#sending && !(await this.#sending)) return false;
    if (this.#sending) return this.flush();
    this.#sending = this.#send().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** @returns undefined where the store is out of reach. */
  read(by: readonly UsageField[], since: number | undefined): Promise<SharedReport | undefined> {
    return awaited(async () => {
      if (!(await this.flush())) return undefined;
      const { since: start, rows } = await within(this.#store.read(since));
      return { since: start, rows: joined(rows, by), total: joined(rows, [])[0] };
    });
  }

  /** @returns true where the store counts from 0 again; undefined where it is out of reach. */
  reset(): Promise<true | undefined> {
    return awaited(async (): Promise<true> => {
      await this.#sending;
      this.#cells.clear();
      this.#batch = undefined;
      await within(this.#store.reset());
      return true;
    });
  }

  #cellOf(dimensions: Cell['dimensions']): Cell {
    let key = keyOf(dimensions, this.fields);
    if (!this.#cells.has(key) && this.#cells.size >= MAX_ROWS) {
      dimensions = Object.fromEntries(this.fields.map((field) => [field, OTHER]));
      key = keyOf(dimensions, this.fields);
    }
    const cell = this.#cells.get(key) ?? new Cell(dimensions);
    this.#cells.set(key, cell);
    return cell;
  }

  /** The timer keeps no process alive. */
  #plan(delay: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, delay).unref();
  }

  async #send(): Promise<boolean> {
    this.#batch ??= this.#take();
    if (!this.#batch) return true;
    this.#sentAt = performance.now();
    try {
      const { name, rows } = this.#batch;
      await within(this.#store.add(name, rows));
      this.#batch = undefined;
    } catch {
      reportAway();
      this.#plan(RETRY);
      return false;
    }
    return this.#hasCalls() ? this.#send() : true;
  }

  #hasCalls(): boolean {
    for (const { totals } of this.#cells.values()) if (totals.calls + totals.refused > 0) return true;
    return false;
  }

  /** What was counted since the last batch. What is less than a unit of a cost stays for the next one. */
  #take(): Batch | undefined {
    if (!this.#hasCalls()) return undefined;
    const taken = this.#cells;
    this.#cells = new Map();
    const rows = rowsOf(taken.values()).map((row) => {
      const units = Math.round(row.cost / COST_UNIT);
      const rest = row.cost - units * COST_UNIT;
      if (rest !== 0) this.#cellOf(row.by).addTotals({ ...NO_USAGE, cost: rest });
      return { ...row, cost: units * COST_UNIT };
    });
    return { name: randomId(), rows: rows.filter(({ calls, refused }) => calls + refused > 0) };
  }
}

function joined(rows: readonly UsageRow[], by: readonly UsageField[]): UsageRow[] {
  const cells = new Map<string, Cell>();
  for (const row of rows) {
    const dimensions = only(row.by, by);
    const key = keyOf(dimensions, by);
    const cell = cells.get(key) ?? new Cell(dimensions);
    cells.set(key, cell);
    cell.addTotals(row);
  }
  return rowsOf(cells.values());
}

const reportAway = (): void =>
  warnOnce(
    'the store of the shared totals is out of reach; until it is back, getSharedUsage() has those of the process',
  );

/** Runs what the application awaits: the process must stay alive for it. */
async function awaited<T>(run: () => Promise<T>): Promise<T | undefined> {
  const alive = setTimeout(() => {}, 3 * TIMEOUT);
  try {
    return await run();
  } catch {
    reportAway();
    return undefined;
  } finally {
    clearTimeout(alive);
  }
}

/** @throws the error of the store, or one where it does not answer in time */
function within<T>(answering: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), TIMEOUT).unref();
    answering.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
