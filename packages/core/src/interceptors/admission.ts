/** A **gate** has all limits of one key within this process: a call passes when every limit admits it. */
import { TokenBucket } from './token-bucket.ts';
import type { VendorLimit, VendorLimits } from './vendor-limits.ts';

/** Limits; an absent one does not hold. */
export interface Limits {
  /** Requests a second. Environment: `LLMTRACE_RATE_LIMIT`. */
  readonly rate?: number | undefined;
  /**
   * How many requests may go at once when none went for a while. Environment: `LLMTRACE_RATE_LIMIT_BURST`.
   * @default `rate`, at least 1
   */
  readonly burst?: number | undefined;
  /** Requests a minute. Environment: `LLMTRACE_RATE_LIMIT_REQUESTS_PER_MINUTE`. */
  readonly requestsPerMinute?: number | undefined;
  /** Tokens a minute, input and output. Environment: `LLMTRACE_RATE_LIMIT_TOKENS_PER_MINUTE`. */
  readonly tokensPerMinute?: number | undefined;
  /**
   * Calls at the same time, the reading of their streams included. Environment: `LLMTRACE_RATE_LIMIT_CONCURRENCY`.
   */
  readonly concurrency?: number | undefined;
}

/** The size of one bucket, and its unit: requests or tokens. */
export interface BucketSize {
  /** In a second. */
  readonly rate: number;
  readonly burst: number;
  readonly of: 'requests' | 'tokens';
}

/** The buckets of a gate from the start, and the calls that run. */
export interface GateStart {
  /** The level of each bucket, in the order of {@link bucketsOf}. @default full */
  readonly levels?: readonly number[];
  /** @default 0 */
  readonly running?: number;
}

/** Below this share of a vendor's limit, the remainder is spread over the time until the limit is restored. */
const SCARCE = 0.2;
/** The longest that a vendor's limit holds calls back, in ms: its headers may be wrong. */
const MAX_PAUSE = 60_000;

/** The buckets that limits are made of. */
export function bucketsOf({ rate, burst, requestsPerMinute, tokensPerMinute }: Limits): BucketSize[] {
  const perMinute = (limit: number | undefined, of: BucketSize['of']): BucketSize[] =>
    limit === undefined ? [] : [{ rate: limit / 60, burst: limit, of }];
  return [
    ...(rate === undefined ? [] : [{ rate, burst: burst ?? Math.max(rate, 1), of: 'requests' } as const]),
    ...perMinute(requestsPerMinute, 'requests'),
    ...perMinute(tokensPerMinute, 'tokens'),
  ];
}

export class LocalGate {
  readonly #concurrency: number;
  readonly #now: () => number;
  readonly #sizes: readonly BucketSize[];
  readonly #buckets: readonly TokenBucket[];
  #running: number;
  #pausedUntil = 0;
  /** The time between two requests that the vendor's limits leave, in ms. */
  #pace = 0;

  /** @param now the clock, in ms. */
  constructor({ concurrency = Infinity, ...limits }: Limits, now: () => number, start: GateStart = {}) {
    const sizes = bucketsOf(limits);
    const buckets = sizes.map(({ rate, burst }) => new TokenBucket({ rate, burst, now }));
    for (const [index, level] of start.levels?.entries() ?? [])
      buckets[index]?.take((sizes[index]?.burst ?? 0) - level);
    this.#concurrency = concurrency;
    this.#now = now;
    this.#sizes = sizes;
    this.#buckets = buckets;
    this.#running = start.running ?? 0;
  }

  /** True if it equals a new one, so that it may be dropped. */
  get isIdle(): boolean {
    return (
      this.#running === 0 &&
      this.#pausedUntil <= this.#now() &&
      this.#buckets.every((bucket) => bucket.level() >= bucket.burst)
    );
  }

  /**
   * The time until a request of `tokens` tokens may pass, in ms; Infinity until a call is {@link LocalGate.leave left}.
   */
  delay(tokens: number, waiting: boolean): number {
    if (this.#running >= this.#concurrency) return Infinity;
    let delay = Math.max(this.#pausedUntil - this.#now(), 0);
    for (let i = 0; i < this.#buckets.length; i++) {
      const bucket = this.#buckets[i] as TokenBucket;
      const count = this.#sizes[i]?.of === 'tokens' ? tokens : 1;
      // A request larger than a bucket would wait for ever: it passes when the bucket is full, and the next ones
      // wait.
      delay = Math.max(delay, bucket.delay(Math.min(count, bucket.burst), waiting));
    }
    return delay;
  }

  /** Admits a request of `tokens` tokens. */
  pass(tokens: number): void {
    this.#running++;
    for (let i = 0; i < this.#buckets.length; i++)
      this.#buckets[i]?.take(this.#sizes[i]?.of === 'tokens' ? tokens : 1);
    if (this.#pace > 0) this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + this.#pace);
  }

  /** A call has ended, or failed before its answer began; it had taken `refund` tokens too many (negative: too few). */
  leave(refund: number): void {
    this.#running--;
    if (refund === 0) return;
    for (let i = 0; i < this.#buckets.length; i++)
      if (this.#sizes[i]?.of === 'tokens') this.#buckets[i]?.take(-refund);
  }

  /** Blocks all calls for this time, in ms. */
  pause(ms: number): void {
    if (Number.isNaN(ms)) return;
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + Math.min(ms, MAX_PAUSE));
  }

  /** Follows the vendor's rate-limit headers. @returns whether calls are blocked for a while */
  follow({ requests, tokens }: VendorLimits): boolean {
    this.#pace = requests && isScarce(requests) ? spread(requests) : 0;
    const usedUp = [requests, tokens].filter((limit) => limit?.remaining === 0);
    const wait = Math.max(0, ...usedUp.map((limit) => limit?.reset ?? 0));
    if (wait > 0) this.pause(wait);
    return wait > 0;
  }

  /** The current level of each bucket. */
  levels(): number[] {
    return this.#buckets.map((bucket) => bucket.level());
  }
}

const isScarce = ({ limit, remaining }: VendorLimit): boolean =>
  remaining > 0 && limit !== undefined && remaining < limit * SCARCE;

const spread = ({ remaining, reset = 0 }: VendorLimit): number => Math.min(reset / remaining, MAX_PAUSE);
