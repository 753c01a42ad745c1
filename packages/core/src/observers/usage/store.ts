/**
 * What all calls of the process have used, in slices of time: minutes of the last hour, hours of the last two days, and
 * one slice for all that was before. The number of cells is bounded: the oldest usage is told apart by less first, so that
 * sums stay whole.
 */
import type { Call } from '../../model/call.ts';
import type { Dimensions, UsageField, UsageRow } from '../../model/usage-totals.ts';
import { Cell, coarse, dimensionsOf, keyOf, keyOfCall, only, REST } from './cell.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** For how long usage is told apart by the minute. */
const MINUTES_FOR = HOUR;
/** For how long by the hour. */
const HOURS_FOR = 48 * HOUR;
/** How many cells there are, of some 500 bytes each. */
const MAX_CELLS = 20_000;

interface Slice {
  /** In ms since 1970. */
  readonly start: number;
  /** Until when, in ms since 1970. */
  readonly end: number;
  readonly cells: Map<string, Cell>;
  isCoarse: boolean;
}

export class UsageStore {
  readonly #now: () => number;
  readonly #max: number;
  /** The oldest one first. */
  #slices: Slice[] = [];
  #since: number;
  #count = 0;
  /** That of the last call: most calls of a process are alike. */
  #last: { call: Readonly<Call>; slice: Slice; cell: Cell } | undefined;

  /** @param now in ms since 1970; it may be set, forward and back. */
  constructor(now: () => number = Date.now, max = MAX_CELLS) {
    this.#now = now;
    this.#max = max;
    this.#since = now();
  }

  add(call: Readonly<Call>): void {
    const slice = this.#current();
    const last = this.#last;
    if (last?.slice === slice && isAlike(last.call, call)) {
      last.cell.add(call);
      return;
    }
    const cell = slice.cells.get(keyOfCall(call)) ?? this.#cellOf(slice, dimensionsOf(call));
    cell.add(call);
    this.#last = { call: shapeOf(call), slice, cell };
  }

  reset(): void {
    this.#slices = [];
    this.#count = 0;
    this.#last = undefined;
    this.#since = this.#now();
  }

  /** @param since from the slice on that this time is in. */
  report(by: readonly UsageField[], since = Number.NEGATIVE_INFINITY): { since: number; rows: UsageRow[] } {
    const slices = this.#slices.filter(({ end }) => end > since);
    const rows = new Map<string, Cell>();
    for (const { cells } of slices)
      for (const cell of cells.values()) {
        const dimensions = only(cell.dimensions, by);
        const key = keyOf(dimensions, by);
        const row = rows.get(key) ?? new Cell(dimensions);
        rows.set(key, row);
        row.addCell(cell);
      }
    const start = slices[0]?.start ?? Math.min(since, this.#now());
    return { since: Math.max(start, this.#since), rows: rowsOf(rows.values()) };
  }

  /** The slice of this minute. A clock that is set back goes on with the last one. */
  #current(): Slice {
    const now = this.#now();
    const last = this.#slices.at(-1);
    if (last && now < last.end) return last;
    const start = now - (now % MINUTE);
    const slice = sliceOf(start, start + MINUTE);
    this.#slices.push(slice);
    this.#merge(now);
    return slice;
  }

  /** Joins the slices that are old. */
  #merge(now: number): void {
    const merged: Slice[] = [];
    for (const slice of this.#slices) {
      const [start, end] = timesAt(slice, now);
      const last = merged.at(-1);
      if (last && last.start <= start && last.end >= end) this.#move(slice, last);
      else if (slice.start === start && slice.end === end) merged.push(slice);
      else {
        const whole = sliceOf(start, end);
        merged.push(whole);
        this.#move(slice, whole);
      }
    }
    this.#slices = merged;
  }

  #move(from: Slice, to: Slice): void {
    to.isCoarse ||= from.isCoarse;
    for (const cell of from.cells.values()) {
      this.#count--;
      this.#joined(to, cell.dimensions).addCell(cell);
    }
  }

  #cellOf(slice: Slice, dimensions: Dimensions): Cell {
    this.#makeRoom();
    if (this.#count < this.#max) return this.#joined(slice, dimensions);
    return this.#joined(slice, this.#count < 2 * this.#max ? coarse(dimensions) : REST);
  }

  /** The cell of a slice, which is made where there is none. */
  #joined(slice: Slice, dimensions: Dimensions): Cell {
    const key = keyOf(dimensions);
    let cell = slice.cells.get(key);
    if (!cell) {
      cell = new Cell(dimensions);
      slice.cells.set(key, cell);
      this.#count++;
    }
    return cell;
  }

  /** Tells the oldest usage that is told apart by persons apart by less. */
  #makeRoom(): void {
    while (this.#count >= this.#max) {
      const oldest = this.#slices.find((slice) => !slice.isCoarse && slice !== this.#slices.at(-1));
      if (!oldest) return;
      const { cells } = oldest;
      const whole: Slice = { ...oldest, cells: new Map(), isCoarse: true };
      for (const cell of cells.values()) {
        this.#count--;
        this.#joined(whole, coarse(cell.dimensions)).addCell(cell);
      }
      this.#slices[this.#slices.indexOf(oldest)] = whole;
    }
  }
}

/** What costs most comes first. */
export const rowsOf = (cells: Iterable<Cell>): UsageRow[] =>
  [...cells]
    .map((cell) => ({ by: cell.dimensions, ...cell.totals }))
    .sort((a, b) => b.cost - a.cost || b.calls - a.calls);

const sliceOf = (start: number, end: number): Slice => ({ start, end, cells: new Map(), isCoarse: false });

/** The start of the hour that was so long ago. */
const hourBefore = (now: number, ago: number): number => now - ago - ((now - ago) % HOUR);

/** The times of the slice that a slice belongs to by now. Hours are joined as a whole. */
function timesAt({ start, end }: Slice, now: number): [start: number, end: number] {
  const old = hourBefore(now, HOURS_FOR);
  if (end <= old) return [Number.NEGATIVE_INFINITY, old];
  if (end > hourBefore(now, MINUTES_FOR)) return [start, end];
  const hour = hourBefore(start, 0);
  return [hour, hour + HOUR];
}

/** What of a call its dimensions are made of. */
const shapeOf = ({ provider, operation, request, response, attributes }: Readonly<Call>): Readonly<Call> =>
  ({
    provider,
    operation,
    request: { model: request.model },
    response: { model: response.model },
    attributes,
  }) as Call;

const isAlike = (one: Readonly<Call>, other: Readonly<Call>): boolean =>
  one.attributes === other.attributes &&
  one.request.model === other.request.model &&
  (one.request.model !== undefined || one.response.model === other.response.model) &&
  one.provider === other.provider &&
  one.operation === other.operation;
