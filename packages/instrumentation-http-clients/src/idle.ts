/**
 * Ends calls whose answer the application has left without reading it to its end, and without cancelling it. A client
 * keeps such a request for as long as its connection lasts, so garbage collection does not show that it is left.
 */
import { endIdleCalls, MAX_TIMER, outside, setTimeout } from '@llmtrace/core/internal';

/** Calls that are due within this share of the limit end together. */
const SHARE = 0.1;

/** The limits that a timer runs for: one, unless instrumentations of this process have several. */
const waiting = new Set<number>();

/** @param limit in ms, for all calls; 0 ends none. The shortest one of a process holds. */
export function endWhenIdle(module: string, limit: number): void {
  if (limit === 0 || waiting.has(limit)) return;
  waiting.add(limit);
  outside(wait, module, limit, limit);
}

/** One timer for all calls; it does not keep the process alive. */
function wait(module: string, limit: number, ms: number): void {
  const look = (): void => {
    const rest = endIdleCalls(module, limit);
    if (rest === undefined) waiting.delete(limit);
    else wait(module, limit, Math.max(rest, limit * SHARE));
  };
  setTimeout(look, Math.min(ms, MAX_TIMER)).unref();
}
