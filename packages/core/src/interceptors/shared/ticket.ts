/** An entry in the line of a shared limit, and the local limiter that replaces the shared one during an outage. */
import type { Refusal } from '../../errors/llmtrace-error.ts';
import type { Limits } from '../admission.ts';
import type { Patience, Ticket } from '../limiter.ts';

/** A call in line. */
export interface Waiting extends Ticket {
  /** Names its place among the concurrent calls; unique within the process. */
  readonly lease: number;
  /** Makes the error for a turn that would come too late. */
  readonly code: Refusal;
  /** How long it waits, at most, in ms; 0 where it is refused at once. */
  readonly patience: number;
  /** When it came, in ms. */
  readonly since: number;
  /** When its turn is; undefined while it has none. */
  turn: number | undefined;
  /** Set where it is refused; it leaves the line at once then. */
  refused: { code: Refusal; retryAfter: number | undefined } | undefined;
  /** It has left the line: it passed or gave up. */
  left: boolean;
  /** It has passed, by a turn of the store or of the local share. */
  gone: boolean;
}

let leases = 0;

/** @param now in ms. */
export function ticketOf(tokens: number, { mode, maxWait, maxQueue }: Patience, now: number): Waiting {
  const isPatient = mode === 'wait' && maxQueue > 0;
  const code = mode === 'refuse' ? 'rate_limited' : isPatient ? 'wait_too_long' : 'queue_full';
  return {
    tokens,
    lease: ++leases,
    code,
    patience: isPatient ? maxWait : 0,
    since: now,
    turn: undefined,
    refused: undefined,
    left: false,
    gone: false,
  };
}

/** One process's part of the limits. A place among the concurrent calls is whole: each process has at least one. */
export function shareOf(limits: Limits, processes: number): Limits {
  const { rate, burst, requestsPerMinute, tokensPerMinute, concurrency } = limits;
  const part = (limit: number | undefined): number | undefined => limit && limit / processes;
  return {
    rate: part(rate),
    burst: rate === undefined ? undefined : Math.max((burst ?? Math.max(rate, 1)) / processes, 1),
    requestsPerMinute: part(requestsPerMinute),
    tokensPerMinute: part(tokensPerMinute),
    concurrency: concurrency && Math.max(Math.floor(concurrency / processes), 1),
  };
}
