/**
 * A process's copy of a shared limit. It suffices to keep to the local share while the store is unreachable, and to
 * restore a store that has lost its data, so that no burst is granted twice.
 */
import type { BucketSize } from '../admission.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { Taken } from './store.ts';

export interface Memory {
  /** How many processes there are. */
  readonly processes: number;
  /** The store's epoch in its last answer; '' if it never answered. */
  readonly name: string;
  /** True where the store should count this process again. */
  readonly isStale: boolean;
  /**
   * The store has spoken.
   *
   * @param counted true where it has counted this process.
   */
  learn(taken: Taken, counted: boolean): void;
  /**
   * Called when leaving the fallback. `levels` is the local share scaled up, assuming that every process spent as
   * much as this one.
   */
  relearn(levels: readonly number[]): void;
  /** The highest possible level of each bucket now; Infinity if it may be full. */
  levels(): number[];
  /**
   * This process's share of what was in each bucket. Where the store never spoke, others may have used it up: it is then
   * no more than a first call takes.
   *
   * @param first the tokens that a first call takes of each bucket.
   */
  shares(first: readonly number[]): number[];
}

/** For so long it is enough that the store has counted this process, in ms. */
const COUNTED = 10_000;

/**
 * @param store knows how many processes there are, whatever they share.
 * @param now the clock, in ms.
 */
export function makeMemory(
  buckets: readonly BucketSize[],
  store: Pick<CircuitBreaker, 'configured' | 'processes'>,
  now: () => number,
): Memory {
  /** As this limit has. */
  let own: number | undefined;
  let name = '';
  let known = buckets.map(() => Infinity);
  /** When `known` was true, in ms; a turn that was given out may still be to come. */
  let time = 0;
  let countedAt = -Infinity;

  /** @param part of what came in since then: others take of it, too. */
  const levelsNow = (part: number): number[] => {
    const seconds = (now() - time) / 1000;
    return buckets.map(({ rate, burst }, index) => {
      const level = (known[index] ?? Infinity) + seconds * rate * (seconds > 0 ? part : 1);
      return Math.min(level, burst);
    });
  };

  const processesNow = (): number => Math.max(own ?? store.configured, store.processes);

  return {
    get processes() {
      return processesNow();
    },
    get name() {
      return name;
    },
    get isStale() {
      return now() - countedAt > COUNTED;
    },
    learn(taken, counted) {
      if (counted) countedAt = now();
      known = [...taken.levels];
      time = now() + taken.ahead;
      own = Math.max(taken.processes, 1);
      name = taken.memory;
    },
    relearn(levels) {
      known = [...levels];
      time = now();
    },
    levels() {
      const most = levelsNow(1);
      const likely = levelsNow(1 / processesNow());
      return buckets.map(({ burst }, i) => ((most[i] ?? 0) >= burst ? Infinity : (likely[i] ?? 0)));
    },
    shares(first) {
      const part = 1 / processesNow();
      const levels = levelsNow(part).map((level) => level * part);
      return name === '' ? levels.map((level, i) => Math.min(level, first[i] ?? 0)) : levels;
    },
  };
}
