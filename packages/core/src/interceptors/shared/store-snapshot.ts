/**
 * A process's copy of a shared limit. It suffices to keep to the local share while the store is unreachable, and to
 * restore a store that has lost its data, so that no burst is granted twice.
 */
import type { BucketSize } from '../admission.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { Taken } from './store.ts';

/** For so long it is enough that the store has counted this process, in ms. */
const COUNTED = 10_000;

export class StoreSnapshot {
  readonly #buckets: readonly BucketSize[];
  readonly #store: Pick<CircuitBreaker, 'configured' | 'processes'>;
  readonly #now: () => number;
  /** How many processes have this limit; undefined until the store has answered. */
  #sharers: number | undefined;
  #epoch = '';
  #levels: readonly number[];
  /** When `#levels` was true, in ms; a turn that was given out may still be to come. */
  #time = 0;
  #countedAt = -Infinity;

  /**
   * @param store knows how many processes there are, whatever they share.
   * @param now the clock, in ms.
   */
  constructor(
    buckets: readonly BucketSize[],
    store: Pick<CircuitBreaker, 'configured' | 'processes'>,
    now: () => number,
  ) {
    this.#buckets = buckets;
    this.#store = store;
    this.#now = now;
    this.#levels = buckets.map(() => Infinity);
  }

  /** How many processes there are. */
  get processes(): number {
    return Math.max(this.#sharers ?? this.#store.configured, this.#store.processes);
  }

  /** The store's epoch in its last answer; '' if it never answered. */
  get epoch(): string {
    return this.#epoch;
  }

  /** True where the store should count this process again. */
  get isStale(): boolean {
    return this.#now() - this.#countedAt > COUNTED;
  }

  /**
   * The store has spoken.
   *
   * @param counted true where it has counted this process.
   */
  update(taken: Taken, counted: boolean): void {
    if (counted) this.#countedAt = this.#now();
    this.#levels = [...taken.levels];
    this.#time = this.#now() + taken.ahead;
    this.#sharers = Math.max(taken.processes, 1);
    this.#epoch = taken.memory;
  }

  /**
   * Called when leaving the fallback. `levels` is the local share scaled up, assuming that every process spent as
   * much as this one.
   */
  updateFromLocal(levels: readonly number[]): void {
    this.#levels = [...levels];
    this.#time = this.#now();
  }

  /** The highest possible level of each bucket now; Infinity if it may be full. */
  levels(): number[] {
    const most = this.#levelsNow(1);
    const likely = this.#levelsNow(1 / this.processes);
    return this.#buckets.map(({ burst }, i) => ((most[i] ?? 0) >= burst ? Infinity : (likely[i] ?? 0)));
  }

  /**
   * This process's share of what was in each bucket. Where the store never spoke, others may have used it up: it is then
   * no more than a first call takes.
   *
   * @param first the tokens that a first call takes of each bucket.
   */
  shares(first: readonly number[]): number[] {
    const part = 1 / this.processes;
    const levels = this.#levelsNow(part).map((level) => level * part);
    return this.#epoch === '' ? levels.map((level, i) => Math.min(level, first[i] ?? 0)) : levels;
  }

  /** @param part of what came in since then: others take of it, too. */
  #levelsNow(part: number): number[] {
    const seconds = (this.#now() - this.#time) / 1000;
    return this.#buckets.map(({ rate, burst }, index) => {
      const level = (this.#levels[index] ?? Infinity) + seconds * rate * (seconds > 0 ? part : 1);
      return Math.min(level, burst);
    });
  }
}
