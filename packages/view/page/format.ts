/** Formats numbers and times. */

const formats = [0, 1, 2, 3, 4, 5, 6].map(
  (digits) =>
    new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);
const fixed = (value: number, digits: number): string => formats[digits]?.format(value) ?? String(value);

export const NONE = '–';
type Maybe = number | undefined;

export const int = (value: Maybe): string => (value === undefined ? NONE : fixed(value, 0));

/** A noun in the number of a count. */
export const noun = (count: number, one: string): string => (count === 1 ? one : `${one}s`);

/** The decimal places of a number from the given value on, for about three significant digits. */
const PLACES: readonly (readonly [number, number])[] = [
  [1000, 0],
  [1, 2],
  [0.1, 3],
  [0.01, 4],
  [0.001, 5],
  [0, 6],
];
const LEAST = 0.000001;

export function usd(value: Maybe): string {
  if (value === undefined) return NONE;
  if (value === 0) return '$0';
  if (value < LEAST) return '<$0.000001';
  return `$${fixed(value, PLACES.find(([from]) => value >= from)?.[1] ?? 6)}`;
}

/** A cost; with `≥` if a part of it is unknown. */
export const atLeast = (value: Maybe, isPartial: boolean | number): string =>
  isPartial && value !== undefined ? `≥ ${usd(value)}` : usd(value);

const MINUTE = 60_000;

export function ms(value: Maybe): string {
  if (value === undefined) return NONE;
  if (value < 1) return `${fixed(value, 2)} ms`;
  if (value < 999.5) return `${Math.round(value)} ms`;
  if (value < MINUTE - 50) return `${fixed(value / 1000, value < 9995 ? 2 : 1)} s`;
  const minutes = Math.floor(value / MINUTE);
  if (minutes < 60) return `${minutes} m ${Math.round((value % MINUTE) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

/** A value of an axis, without superfluous digits. */
export function tickMs(value: number): string {
  if (value === 0) return '0';
  if (value < 1000) return `${value} ms`;
  return value < MINUTE ? `${value / 1000} s` : `${value / MINUTE} min`;
}

export function short(value: Maybe): string {
  if (value === undefined) return NONE;
  if (value < 10_000) return fixed(value, 0);
  if (value < 999_500) return `${fixed(value / 1000, value < 99_950 ? 1 : 0)}k`;
  return `${fixed(value / 1e6, 2)}M`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const mb = value / 2 ** 20;
  return mb < 1 ? `${fixed(value / 1024, 0)} KB` : `${fixed(mb, mb < 100 ? 1 : 0)} MB`;
}

export const percent = (share: number): string =>
  share > 0 && share < 0.001 ? '<0.1%' : `${fixed(share * 100, share < 0.1 && share > 0 ? 1 : 0)}%`;

const two = (value: number): string => String(value).padStart(2, '0');

export function clock(time: number, withMs = false): string {
  const date = new Date(time);
  const words = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return withMs ? `${words}.${String(date.getMilliseconds()).padStart(3, '0')}` : words;
}

const AGO: readonly (readonly [number, number, string])[] = [
  [60, 1, 's'],
  [3600, 60, 'min'],
  [86_400, 3600, 'h'],
  [Number.POSITIVE_INFINITY, 86_400, 'd'],
];

export function ago(time: number, now = Date.now()): string {
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 5) return 'now';
  const [, unit, word] = AGO.find(([limit]) => seconds < limit) ?? [0, 86_400, 'd'];
  return `${Math.floor(seconds / unit)} ${word} ago`;
}

export const classes = (...names: readonly (string | false | undefined | null | 0)[]): string =>
  names.filter(Boolean).join(' ');

/** The round steps of an axis, `most` at most. */
export function ticksOf(length: number, most: number): number[] {
  const step = STEPS.find((each) => length / each <= most) ?? 600_000;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 300_000];
