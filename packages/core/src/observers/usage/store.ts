/**
 * The usage of all calls of the process, in slices of time: a slice for each minute of the last hour, one for each hour of
 * the last two days, and one for all earlier calls. The number of cells is bounded. At the limit, the cells of the oldest
 * slice are merged into fewer ones, so that no sum loses a call.
 */
import type { Call } from '../../model/call.ts';
import type { Dimensions, UsageField, UsageRow } from '../../model/usage-totals.ts';
import { Cell, coarse, dimensionsOf, keyOf, keyOfCall, only, REST } from './cell.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The age at which slices of a minute are merged into slices of an hour. */
const MINUTES_FOR = HOUR;
/** The age at which slices of an hour are merged into the first slice. */
const HOURS_FOR = 48 * HOUR;
/** The most cells, of some 500 bytes each. */
const MAX_CELLS = 20_000;

interface Slice {
  /** In ms since 1970. */
  readonly start: number;
  /** The end, which is in the next slice, in ms since 1970. */
  readonly end: number;
  readonly cells: Map<string, Cell>;
  /** True if its cells were merged. */
  isCoarse: boolean;
}

export class UsageStore {
  readonly #now: () => number;
  readonly #max: number;
  /** The oldest one first. */
  #slices: Slice[] = [];
  #since: number;
  #count = 0;
  /** The cell of the last call: most calls of a process have the dimensions of the call before. */
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

  /** @param since the report starts with the slice that contains this time. */
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

  /** The slice of this minute, or the last slice while the clock is behind it. */
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

  /** Merges old slices of minutes into hours, and old hours into the first slice. */
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

  /** Returns the cell of a slice for these dimensions; makes it if there is none. */
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

  /** While there are too many cells, merges those of the oldest slice over the dimensions that name a user. */
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

/** The rows of a report, the highest cost first. */
export const rowsOf = (cells: Iterable<Cell>): UsageRow[] =>
  [...cells]
    .map((cell) => ({ by: cell.dimensions, ...cell.totals }))
    .sort((a, b) => b.cost - a.cost || b.calls - a.calls);

const sliceOf = (start: number, end: number): Slice => ({ start, end, cells: new Map(), isCoarse: false });

/** The start of the hour that contains the time `ago` before `now`. */
const hourBefore = (now: number, ago: number): number => now - ago - ((now - ago) % HOUR);

/** The start and the end of the slice that a slice must be merged into at `now`. An hour is merged as a whole. */
function timesAt({ start, end }: Slice, now: number): [start: number, end: number] {
  const old = hourBefore(now, HOURS_FOR);
  if (end <= old) return [Number.NEGATIVE_INFINITY, old];
  if (end > hourBefore(now, MINUTES_FOR)) return [start, end];
  const hour = hourBefore(start, 0);
  return [hour, hour + HOUR];
}

/** The fields of a call that its dimensions are made of. */
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
