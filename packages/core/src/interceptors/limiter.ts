/**
 * A **limiter** holds all limits of one key. A call passes when every one of them lets it, the first come first, so
 * that none is used up while it waits for another.
 */
import { makeLine, type WaitOptions } from './line.ts';
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

export interface Limiter {
  /** How many wait. */
  readonly waiting: number;
  /** True where nothing depends on it: it is as good as new. */
  readonly isIdle: boolean;
  /** Takes a request and so many tokens, if nobody waits. @returns whether it did */
  allow(tokens: number): boolean;
  /** Takes them as soon as all limits let it. @throws as {@link Line.wait} does */
  wait(tokens: number, options: WaitOptions): Promise<void>;
  /** A call has ended, or failed before its answer began. */
  release(): void;
  /** The real number of tokens is known: `tokens` were taken too many (or, negative, too few). */
  refund(tokens: number): void;
  /** Nothing goes for so long, in ms. */
  pause(ms: number): void;
  /** Follows what the vendor says of its own limits. */
  follow(limits: VendorLimits): void;
}

/** Below this share of a vendor's limit, what remains of it is spread over the time until it is whole again. */
const SCARCE = 0.2;
/** The longest that a vendor's limit holds calls back, in ms: its headers may be wrong. */
const MAX_PAUSE = 60_000;

const perMinute = (limit: number | undefined, now: () => number): TokenBucket | undefined =>
  limit === undefined ? undefined : new TokenBucket({ rate: limit / 60, burst: limit, now });

/** @param now the clock, in ms. */
export function makeLimiter(limits: Limits, now: () => number): Limiter {
  const { rate, burst = Math.max(rate ?? 1, 1), concurrency = Infinity } = limits;
  const bySecond = rate === undefined ? undefined : new TokenBucket({ rate, burst, now });
  const byMinute = perMinute(limits.requestsPerMinute, now);
  const byTokens = perMinute(limits.tokensPerMinute, now);
  let running = 0;
  let pausedUntil = 0;
  /** The time between two requests that the vendor's limits leave, in ms. */
  let pace = 0;

  const line = makeLine<number>({
    delay(tokens, waiting) {
      if (running >= concurrency) return Infinity;
      return Math.max(
        pausedUntil - now(),
        bySecond?.delay(1, waiting) ?? 0,
        byMinute?.delay(1, waiting) ?? 0,
        byTokens?.delay(tokens, waiting) ?? 0,
        0,
      );
    },
    pass(tokens) {
      running++;
      bySecond?.take(1);
      byMinute?.take(1);
      byTokens?.take(tokens);
      if (pace > 0) pausedUntil = Math.max(pausedUntil, now() + pace);
    },
  });
  const hold = (ms: number): void => {
    pausedUntil = Math.max(pausedUntil, now() + Math.min(ms, MAX_PAUSE));
  };

  return {
    get waiting() {
      return line.length;
    },
    get isIdle() {
      return running === 0 && line.length === 0 && pausedUntil <= now();
    },
    allow: (tokens) => line.tryPass(tokens),
    wait: (tokens, options) => line.wait(tokens, options),
    release() {
      running--;
      if (line.length > 0) line.pump();
    },
    refund(tokens) {
      byTokens?.take(-tokens);
      if (line.length > 0) line.pump();
    },
    pause: hold,
    follow({ requests, tokens }) {
      const known = [requests, tokens].filter((limit) => limit !== undefined);
      pace = requests && isScarce(requests) ? spread(requests) : 0;
      for (const { remaining, reset } of known) if (remaining === 0 && reset !== undefined) hold(reset);
    },
  };
}

const isScarce = ({ limit, remaining }: VendorLimit): boolean =>
  remaining > 0 && limit !== undefined && remaining < limit * SCARCE;

const spread = ({ remaining, reset = 0 }: VendorLimit): number => Math.min(reset / remaining, MAX_PAUSE);
