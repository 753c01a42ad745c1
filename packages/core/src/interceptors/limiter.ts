/**
 * A **limiter** has all limits of one key. Calls pass in their order when every limit admits them, so that a call
 * uses up no limit while it waits for another.
 */
import { LlmTraceError, type Refusal } from '../errors/llmtrace-error.ts';
import { type Limits, LocalGate } from './admission.ts';
import { Line } from './queue.ts';
import type { VendorLimits } from './vendor-limits.ts';

/** The longest wait of a call. */
export interface Patience {
  readonly mode: 'wait' | 'refuse';
  /** In ms. */
  readonly maxWait: number;
  /** How many may wait at the same time. */
  readonly maxQueue: number;
}

/** The tokens and the place that a call occupies from its turn to its end. */
export interface Ticket {
  /** How many tokens it was taken to use. */
  readonly tokens: number;
}

export interface Limiter {
  /** True if it equals a new one, so that it may be dropped. */
  readonly isIdle: boolean;
  /**
   * Takes a request and `tokens` tokens as soon as all limits admit it.
   *
   * @returns the ticket itself where that is now.
   * @throws LlmTraceError where it is refused; the signal's reason, at once, where that is or gets aborted.
   */
  enter(tokens: number, patience: Patience, signal: AbortSignal | undefined): Ticket | Promise<Ticket>;
  /** A call has ended, or failed before its answer began; it had taken `refund` tokens too many (negative: too few). */
  leave(ticket: Ticket, refund: number): void;
  /** Blocks all calls for this time, in ms. */
  pause(ms: number): void;
  /** Follows the vendor's rate-limit headers. */
  follow(limits: VendorLimits): void;
}

/** A limiter of this process alone. */
export class LocalLimiter implements Limiter {
  readonly #key: string;
  readonly #gate: LocalGate;
  readonly #line: Line<Ticket>;

  /**
   * @param key by which its refusals name it.
   * @param now the clock, in ms.
   */
  constructor(limits: Limits, key: string, now: () => number) {
    const gate = new LocalGate(limits, now);
    this.#key = key;
    this.#gate = gate;
    this.#line = new Line<Ticket>({
      delay: ({ tokens }, waiting) => gate.delay(tokens, waiting),
      pass: ({ tokens }) => gate.pass(tokens),
    });
  }

  get isIdle(): boolean {
    return this.#gate.isIdle && this.#line.length === 0;
  }

  enter(
    tokens: number,
    { mode, maxWait, maxQueue }: Patience,
    signal: AbortSignal | undefined,
  ): Ticket | Promise<Ticket> {
    const ticket = { tokens };
    if (this.#line.tryPass(ticket)) return ticket;
    if (mode === 'refuse') throw refusal('rate_limited', this.#key);
    if (this.#line.length >= maxQueue) throw refusal('queue_full', this.#key);
    const tooLong = (): Error => refusal('wait_too_long', this.#key);
    return this.#line.wait(ticket, { signal, maxWait, tooLong }).then(() => ticket);
  }

  leave(_ticket: Ticket, refund: number): void {
    this.#gate.leave(refund);
    if (this.#line.length > 0) this.#line.pump();
  }

  pause(ms: number): void {
    this.#gate.pause(ms);
  }

  follow(limits: VendorLimits): void {
    this.#gate.follow(limits);
  }
}

const WHY: Readonly<Partial<Record<Refusal, string>>> = {
  rate_limited: 'the rate limit is reached',
  queue_full: 'too many calls wait for the rate limit already',
  wait_too_long: 'the call has waited for the rate limit for too long',
  cost_unknown: 'what it costs is not known, and the budget (`unknown: refuse`) lets no such call through',
  limits_unavailable: 'the limits that it shares with other processes are out of reach',
};

/** @param retryAfter the time after which a retry may succeed, in ms; undefined if unknown. */
export const refusal = (code: Refusal, key: string, retryAfter?: number): LlmTraceError =>
  new LlmTraceError(`llmtrace did not send the request: ${WHY[code]} (${key}).`, { code, key, retryAfter });
