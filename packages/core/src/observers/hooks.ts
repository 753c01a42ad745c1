/** The times of a call, and **hooks**: the former way to write an observer. */
import type { Call, Observer } from '../model/call.ts';
import { expectKnown, isRecord, shown } from '../options/rules.ts';

/** The times of a call, in ms; an absent one was not measured. */
export interface Timing {
  /** From the application's call until now, or until the call ended: retries and waiting included. */
  readonly duration: number;
  /** From the last attempt's request to the first chunk of a stream. */
  readonly timeToFirstChunk: number | undefined;
  /** The part of `duration` that the call waited for a rate limit. */
  readonly rateLimitWait: number | undefined;
  /** The HTTP requests that were made; 0 where they cannot be seen. */
  readonly attempts: number;
}

/** @deprecated Use an {@link Observer}, and {@link timingOf}. */
export interface Hooks {
  /** Runs when the application calls, before anything is sent. */
  onStart?(call: Readonly<Call>): void;
  /** Runs for each chunk of a stream, before the application gets it. The chunk must not be changed. */
  onChunk?(call: Readonly<Call>, chunk: unknown, timing: Timing): void;
  /** Runs when a call has ended without an error: `call.outcome` is `completed`, `cancelled` or `abandoned`. */
  onComplete?(call: Readonly<Call>, timing: Timing): void;
  /** Runs when a call has ended with an error, which may be that the application stopped it (`call.outcome`). */
  onError?(call: Readonly<Call>, error: unknown, timing: Timing): void;
}

/** The names of all hooks. */
export const HOOKS = ['onStart', 'onChunk', 'onComplete', 'onError'] as const satisfies (keyof Hooks)[];

/**
 * Checks hooks.
 * @returns the object itself, since its functions may be methods of a class.
 * @throws TypeError that names the first wrong one.
 */
export function hooksOf(hooks: unknown = {}): Hooks {
  if (!isRecord(hooks)) throw new TypeError(`Expected \`hooks\` to be an object, got ${shown(hooks)}.`);
  expectKnown('`hooks`', hooks, HOOKS);
  for (const name of HOOKS) {
    const hook = hooks[name];
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError(`Expected \`hooks.${name}\` to be a function, got ${shown(hook)}.`);
  }
  return hooks;
}

export function hooksObserver(hooks: Hooks): Observer {
  return {
    start(call) {
      return hooks.onStart?.(call);
    },
    ...(hooks.onChunk && {
      chunk(call: Readonly<Call>, chunk: unknown, now: number) {
        return hooks.onChunk?.(call, chunk, timingOf(call, now));
      },
    }),
    end(call) {
      if (call.error === undefined) return hooks.onComplete?.(call, timingOf(call));
      return hooks.onError?.(call, call.error, timingOf(call));
    },
  };
}

/**
 * The times of a call until its end, or until now if it is open.
 * @param now `performance.now()`, as observers get it with a chunk.
 */
export const timingOf = (call: Readonly<Call>, now = call.endTime ?? performance.now()): Timing => ({
  duration: now - call.startTime,
  timeToFirstChunk: call.firstChunkTime === undefined ? undefined : call.firstChunkTime - call.attemptTime,
  rateLimitWait: call.rateLimitWait,
  attempts: call.attempts,
});
