// When the results of a page were measured: each has its day, since a page is also written from results of earlier runs.

/** The day of a result that is measured now. */
export const today = () => new Date().toISOString().slice(0, 10);

/** The days of a page's results in words, the first and the last where they differ. */
export function periodOf(days) {
  const [first = today(), ...others] = [...new Set(days)].sort();
  return others.length === 0 ? `on ${first}` : `from ${first} to ${others.at(-1)}`;
}
