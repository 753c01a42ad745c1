/**
 * The engine turns an endpoint's method into an instrumented one. It opens the call, runs the SDK's method
 * in the call's context, and has the answer observed as the application receives it.
 * All that it adds is guarded: telemetry that fails is logged through `diag`, and the call goes on.
 */
import { context } from '@opentelemetry/api';
import { answerArrived } from './answer.ts';
import { isApiPromise, observeApiPromise } from './api-promise.ts';
import { inCall } from './attempts.ts';
import { close, type Engine, guard, type Live, openCall } from './live.ts';
import type { Endpoint } from './vendor.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Calls `original`, observed. */
export function instrumented(
  engine: Engine,
  endpoint: Endpoint,
  original: Method,
  self: unknown,
  args: unknown[],
): unknown {
  const live = guard(engine, 'start', () => openCall(engine, endpoint, self, args));
  if (!live) return original.apply(self, args);
  let result: unknown;
  try {
    const run = (given: unknown[]): unknown => context.with(inCall(live), original, self, ...given);
    const asked = askUsage(live, args);
    result = live.native ? live.native.run(asked, run) : run(asked);
  } catch (error) {
    close(live, 'failed', error);
    throw error;
  }
  return observe(live, result);
}

/** The arguments to call with: the application's own, unless the usage of its stream is to be asked for. */
function askUsage(live: Live, args: unknown[]): unknown[] {
  const { engine, endpoint } = live;
  if (!engine.streamUsage || !endpoint.askUsage) return args;
  const asked = guard(engine, 'request', () => endpoint.askUsage?.(args));
  live.usageAsked = asked !== undefined;
  return asked ?? args;
}

/** Follows what the SDK returned. The application gets an SDK's own promise itself, else one just like it. */
function observe(live: Live, result: unknown): unknown {
  if (isApiPromise(result)) {
    guard(live.engine, 'observe', () => observeApiPromise(result, live));
    return result;
  }
  if (!isThenable(result)) {
    answerArrived(live, result);
    return result;
  }
  return result.then(
    (answer) => {
      answerArrived(live, answer);
      return answer;
    },
    (error) => {
      close(live, 'failed', error);
      throw error;
    },
  );
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
