/** Measures variants in turns and in blocks, because other programs use the machine at the same time. */
import { performance } from 'node:perf_hooks';

/** The median and the quartiles of numbers. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(q * (sorted.length - 1))))];
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** Merges the results of several processes: the median and the quartiles of each number over the processes. */
export function merged(found) {
  const [first] = found;
  if (typeof first === 'number') return spread(found);
  if (typeof first !== 'object') return first;
  if ('median' in first) return spread(found.map(({ median }) => median));
  return Object.fromEntries(
    Object.keys(first).map((key) => [key, merged(found.map((result) => result[key]))]),
  );
}

/** The CPU time of this process so far, in µs, over all its threads: garbage collection is included. */
function cpuNow() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** The CPU time of one block in µs, with the collection of its garbage. */
async function block(run, count) {
  const start = cpuNow();
  await run(count);
  globalThis.gc({ type: 'minor' });
  return cpuNow() - start;
}

/**
 * The CPU time of each variant in each round, in µs a unit. The variants run in turns, in another order each round,
 * so that other load on the machine affects all of them alike.
 *
 * @param variants by name: `run(count)` does `count` units; `before()` is not measured.
 */
export async function byTurns(variants, { count, rounds, warmUp = Math.ceil(rounds / 10) }) {
  const names = Object.keys(variants);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    const turn = (round + warmUp) % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const { run, before } = variants[name];
      await before?.();
      const time = (await block(run, count)) / count;
      if (round >= 0) times[name].push(time);
    }
  }
  return times;
}

/** The overhead of a variant over another one, in µs: the differences within each round. */
export const over = (times, base) => spread(times.map((time, round) => time - base[round]));

/** The number of pieces of a round. A piece is short, so that some run without interference by other programs. */
const PIECES = 25;

/** The time of one run of a loop in ns: the fastest piece of all rounds, because other load only adds time. */
export async function nanoseconds(loop, times, rounds = 9) {
  const piece = Math.ceil(times / PIECES);
  const warmed = loop(times);
  if (Number.isNaN(warmed instanceof Promise ? await warmed : warmed)) throw new Error('not a number');
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds * PIECES; round++) {
    const start = performance.now();
    const sum = loop(piece);
    if (sum instanceof Promise) await sum;
    best = Math.min(best, ((performance.now() - start) * 1e6) / piece);
  }
  return best;
}
