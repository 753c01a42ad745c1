/**
 * A token bucket: it fills at a steady rate up to its size, and each thing that is done takes from it. So bursts
 * are allowed up to the bucket's size, and the long-term rate is kept.
 * https://en.wikipedia.org/wiki/Token_bucket
 */
import { expectKnown } from '../options/rules.ts';
import { Line } from './queue.ts';

export interface TokenBucketOptions {
  /** How many tokens come in a second; more than 0. */
  readonly rate: number;
  /** How many tokens the bucket holds; it is full to begin with. @default the rate, at least 1 */
  readonly burst?: number;
  /** The clock, in ms. @default performance.now */
  readonly now?: () => number;
}

/** How late a timer may be without a token being lost, in s. */
const LATENESS = 0.05;

/** The largest rate and burst: beyond 2^53, taking 1 token would change nothing. */
const MOST = 1e15;

/**
 * The deepest debt, in seconds of the rate. Vendors forget after a minute, or a day at most; a single wrong count must
 * not close a limit for good.
 */
export const MAX_DEBT = 3600;

/**
 * A rate limiter for the application's own use; llmtrace's rate limit uses the same class.
 *
 * @throws RangeError from the constructor for a `rate` or `burst` that is no number above 0, or above 1e15; TypeError for an unknown option.
 */
export class TokenBucket {
  readonly rate: number;
  readonly burst: number;
  readonly #now: () => number;
  /** Made when first needed: the buckets of a gate have none, and there is one for each key. */
  #line: Line<number> | undefined;
  #tokens: number;
  /** When `#tokens` was true, in ms. */
  #time: number;

  constructor(options: TokenBucketOptions) {
    expectKnown('the options of a token bucket', Object(options), ['rate', 'burst', 'now']);
    const { rate, burst = Math.max(options.rate, 1), now = defaultNow } = options;
    expectPositive('rate', rate);
    expectPositive('burst', burst);
    this.rate = rate;
    this.burst = burst;
    this.#now = now;
    this.#tokens = burst;
    this.#time = now();
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line?.length ?? 0;
  }

  /**
   * Takes `count` tokens if they are available and no caller waits. @returns whether it did
   *
   * @throws RangeError for a count that is no number of 0 or more.
   */
  allow(count = 1): boolean {
    expectCount(count);
    return this.#lined().tryPass(count);
  }

  /**
   * Takes `count` tokens as soon as they are there; first come, first served.
   *
   * @throws RangeError for more tokens than the bucket's size, and for a value that is no number of 0 or more; the
   * signal's reason, as soon as it is aborted.
   */
  async wait(signal?: AbortSignal, count = 1): Promise<void> {
    expectCount(count);
    if (count > this.burst)
      throw new RangeError(`Expected at most ${this.burst} tokens to be waited for, got ${count}.`);
    await this.#lined().wait(count, { signal });
  }

  /**
   * The time until `count` tokens are available, in ms, ignoring waiting callers; 0 if they are.
   *
   * @param waiting true for a waiting caller: it keeps the tokens that arrived after its turn, because timers are
   * always a little late.
   */
  delay(count: number, waiting = false): number {
    this.#fill(waiting ? this.burst + this.rate * LATENESS : this.burst);
    // The sum of many small fillings is a rounding error short.
    const missing = count - this.#tokens;
    return missing > 1e-9 ? (missing / this.rate) * 1000 : 0;
  }

  /** The number of tokens; negative if some were taken in advance. */
  level(): number {
    this.#fill(this.burst);
    return this.#tokens;
  }

  /**
   * Takes `count` tokens, even if they are not there: the next ones then wait longer, but no longer than an hour.
   * Negative gives them back. A count that is not finite takes nothing.
   */
  take(count: number): void {
    if (Number.isFinite(count))
      this.#tokens = Math.max(this.#tokens - count, -(this.burst + this.rate * MAX_DEBT));
  }

  #lined(): Line<number> {
    this.#line ??= new Line({
      delay: (count, waiting) => this.delay(count, waiting),
      pass: (count) => this.take(count),
    });
    return this.#line;
  }

  #fill(most: number): void {
    const now = this.#now();
    const elapsed = now > this.#time ? now - this.#time : 0;
    this.#tokens = Math.min(this.#tokens + (elapsed / 1000) * this.rate, most);
    this.#time += elapsed;
  }
}

const defaultNow = (): number => performance.now();

function expectPositive(name: string, value: number): void {
  if (typeof value !== 'number' || !(value > 0) || value > MOST)
    throw new RangeError(
      `Expected \`${name}\` to be a number above 0 and up to ${MOST}, got ${String(value)}.`,
    );
}

function expectCount(value: number): void {
  if (typeof value !== 'number' || !(value >= 0) || value === Infinity)
    throw new RangeError(`Expected a number of tokens to be 0 or more, got ${String(value)}.`);
}
