/**
 * The **windows** of budgets: a minute, an hour, a day, a week, a month or all time. They begin at the calendar's
 * boundaries in a time zone, or cover the latest milliseconds and roll.
 */

export const WINDOWS = ['minute', 'hour', 'day', 'week', 'month', 'total'] as const;

export type WindowName = (typeof WINDOWS)[number];

/** From its start until before its end, in ms since 1970. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** How a store that has no calendar finds the window of its own time. */
export type WindowRule =
  /** Windows of one length; `offset` is added to the time before it is divided. */
  | { readonly kind: 'fixed'; readonly length: number; readonly offset: number }
  /** The window that this process is in, and its neighbours, in their order. */
  | { readonly kind: 'listed'; readonly periods: readonly Period[] }
  /** A rolling window over the latest milliseconds. */
  | { readonly kind: 'rolling'; readonly length: number };

export interface Windows {
  /** The length of one, in ms; of months, that of the longest. Infinity for all time. */
  readonly length: number;
  readonly isRolling: boolean;
  /** The window of the calendar at a date; of windows that roll, the part that {@link PARTS} are of. */
  at(date: number): Period;
  rule(date: number): WindowRule;
}

/** The number of complete parts of a rolling window; the current part is added to them. */
export const PARTS = 60;

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const LENGTHS: Readonly<Record<WindowName, number>> = {
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 31 * DAY,
  total: Infinity,
};
/** A month that rolls has 30 days. */
const ROLLING_MONTH = 30 * DAY;
/** The first day of 1970 was a Thursday; weeks begin on Monday. */
const TO_MONDAY = 3 * DAY;
/** The last time that a `Date` has. */
const END_OF_TIME = 8.64e15;

/** @param timeZone an IANA name, for which {@link isTimeZone} is true. */
export function windowsOf(name: WindowName, isRolling: boolean, timeZone: string): Windows {
  if (name === 'total') return total;
  const length = LENGTHS[name];
  if (isRolling) return rolling(name === 'month' ? ROLLING_MONTH : length);
  const isFixed = name === 'minute' || name === 'hour' || (timeZone === 'UTC' && name !== 'month');
  return isFixed ? fixed(name, length, offsets(timeZone)) : listed(name, length, offsets(timeZone));
}

const ALL: Period = { start: 0, end: END_OF_TIME };

const total: Windows = {
  length: Infinity,
  isRolling: false,
  at: () => ALL,
  rule: () => ({ kind: 'listed', periods: [ALL] }),
};

const rolling = (length: number): Windows => ({
  length,
  isRolling: true,
  at: (date) => periodOf(date, length / PARTS, 0),
  rule: () => ({ kind: 'rolling', length }),
});

function periodOf(date: number, length: number, offset: number): Period {
  const start = Math.floor((date + offset) / length) * length - offset;
  return { start, end: start + length };
}

function fixed(name: WindowName, length: number, offsetAt: Offsets): Windows {
  const shift = name === 'week' ? TO_MONDAY : 0;
  const at = remembered((date) => periodOf(date, length, offsetAt(date) + shift));
  return {
    length,
    isRolling: false,
    at,
    rule: (date) => ({ kind: 'fixed', length, offset: offsetAt(at(date).start) + shift }),
  };
}

function listed(name: WindowName, length: number, offsetAt: Offsets): Windows {
  const find = (date: number): Period => calendarPeriod(name, date, offsetAt);
  const at = remembered(find);
  let around: readonly Period[] = [];
  return {
    length,
    isRolling: false,
    at,
    rule(date) {
      const period = at(date);
      if (around[1] !== period) around = [find(period.start - 1), period, find(period.end)];
      return { kind: 'listed', periods: around };
    },
  };
}

/** The same window as long as it lasts: a calendar takes microseconds to look at. */
function remembered(find: (date: number) => Period): (date: number) => Period {
  let last: Period | undefined;
  return (date) => {
    if (!last || date < last.start || date >= last.end) last = find(date);
    return last;
  };
}

function calendarPeriod(name: WindowName, date: number, offsetAt: Offsets): Period {
  const local = new Date(date + offsetAt(date));
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  const sinceMonday = (local.getUTCDay() + 6) % 7;
  const [from, to] =
    name === 'month'
      ? [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)]
      : name === 'week'
        ? [Date.UTC(year, month, day - sinceMonday), Date.UTC(year, month, day - sinceMonday + 7)]
        : [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)];
  return {
    start: Math.min(instantOf(from, offsetAt), date),
    end: Math.max(instantOf(to, offsetAt), date + 1),
  };
}

/**
 * When a local time is, also near a change of the clocks: of a midnight that comes twice the first one, in the place of
 * one that is left out the moment of the change.
 */
function instantOf(local: number, offsetAt: Offsets): number {
  const before = local - offsetAt(local - DAY);
  const after = local - offsetAt(local + DAY);
  return [before, after].find((time) => time + offsetAt(time) === local) ?? Math.max(before, after);
}

/** How far the local time is ahead of UTC at a date, in ms. */
type Offsets = (date: number) => number;

function offsets(timeZone: string): Offsets {
  if (timeZone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (date) => {
    const parts = new Map(format.formatToParts(date).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return local - Math.floor(date / 1000) * 1000;
  };
}

/** True for a name that this Node.js has in its list of time zones. */
export function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string' || value === '') return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
