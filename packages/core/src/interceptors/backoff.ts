/** How long to wait before an attempt is repeated: exponential backoff with a cap and jitter. Pure. */

export interface Backoff {
  /**
   * The delay before the first retry, in ms. Environment: `LLMTRACE_RETRY_INITIAL_INTERVAL`.
   * @default 500
   */
  readonly initialInterval: number;
  /**
   * The longest delay of the formula, in ms; jitter included. Environment: `LLMTRACE_RETRY_MAX_INTERVAL`.
   * @default 30_000
   */
  readonly maxInterval: number;
  /** By how much the delay grows with each retry. Environment: `LLMTRACE_RETRY_MULTIPLIER`. @default 2 */
  readonly multiplier: number;
  /**
   * How far a delay may lie from the formula's, as a share of it: 0.2 is ±20 %. Environment:
   * `LLMTRACE_RETRY_JITTER`.
   * @default 0.2
   */
  readonly jitter: number;
}

/**
 * The delay before retry number `retry` (the first one is 1), in ms:
 * `min(initialInterval * multiplier ** (retry - 1), maxInterval) * (1 ± jitter)`, never over `maxInterval`.
 *
 * @param random from 0 to 1, as `Math.random()` gives it: 0 is the shortest delay, 1 the longest.
 */
export function backoffDelay(
  { initialInterval, maxInterval, multiplier, jitter }: Backoff,
  retry: number,
  random: number,
): number {
  let interval = initialInterval;
  // A few multiplications take a third of the time of a power.
  for (let grown = 1; grown < retry && interval < maxInterval; grown++) interval *= multiplier;
  return Math.min(Math.min(interval, maxInterval) * (1 + jitter * (2 * random - 1)), maxInterval);
}
