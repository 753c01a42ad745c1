/**
 * The engine turns an endpoint's method into an instrumented one. It opens the call, runs the SDK's method in the
 * call's context, and observes the answer as the application receives it. Every addition is guarded: telemetry that
 * fails is logged through `diag`, and the call goes on.
 */

import { isAborted } from '../platform/abort-signals.ts';
import { isThenable } from '../platform/is-thenable.ts';
import { sendsUsageUnasked, takesUsageOption } from '../vendor/stream-usage.ts';
import type { Callback, Endpoint } from '../vendor/vendor.ts';
import { isApiPromise, observeApiPromise } from './api-promise.ts';
import { abortedSignal, attemptAbove, type Chain } from './attempts/intercept.ts';
import { takeRetries } from './attempts/sdk-retries.ts';
import { inCall, repeatsBeneath } from './attempts/watch.ts';
import type { EngineConfig } from './engine-config.ts';
import { guard } from './guard.ts';
import { close, type OpenCall, openCall, openReading } from './open-call.ts';
import { answerArrived } from './result.ts';
import { isSplit, requestFirst } from './stream-and-response.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Calls `original`, observed. */
export function instrumented(
  engine: EngineConfig,
  endpoint: Endpoint,
  original: Method,
  self: unknown,
  args: unknown[],
): unknown {
  const called = engine.vendor.callbackOf?.(args);
  if (!called) return promised(engine, endpoint, original, self, args);
  answerBack(promised(engine, endpoint, original, self, called.args), called.callback);
  return undefined;
}

/** Hands the answer to the callback. As in the SDKs, an error of the callback is lost. */
function answerBack(answer: unknown, callback: Callback): void {
  Promise.resolve(answer)
    .then(
      (value) => callback(null, value),
      (error) => callback(error),
    )
    .catch(() => {});
}

function promised(
  engine: EngineConfig,
  endpoint: Endpoint,
  original: Method,
  self: unknown,
  args: unknown[],
): unknown {
  if (endpoint.reads) return readLater(engine, endpoint, original, self, args);
  const live = guard(engine, 'start', () => openCall(engine, endpoint, self, args));
  if (!live) return original.apply(self, args);
  let result: unknown;
  try {
    const asked = askUsage(live, retriesTaken(live, self, args));
    result = run(live, original, self, asked);
  } catch (error) {
    close(live, 'failed', error);
    throw error;
  }
  live.hasReturned = true;
  return observe(live, result);
}

/** A method that reads an answer which was ordered before: nothing of it is changed. */
function readLater(
  engine: EngineConfig,
  endpoint: Endpoint,
  original: Method,
  self: unknown,
  args: unknown[],
): unknown {
  const live = guard(engine, 'start', () => openReading(engine, endpoint, self, args));
  if (!live) return original.apply(self, args);
  try {
    const result = original.apply(self, args);
    live.hasReturned = true;
    return observe(live, result);
  } catch (error) {
    close(live, 'failed', error);
    throw error;
  }
}

/** The SDK's method, in the call's context: by itself, or where the SDK traces itself or interceptors run above it. */
function run(live: OpenCall, original: Method, self: unknown, args: unknown[]): unknown {
  const { native, chain } = live;
  const isAbove = chain !== undefined && !repeatsBeneath(live.client);
  if (!native && !isAbove) return inCall(live, () => original.apply(self, args));
  const method = (callArgs: unknown[]): unknown => inCall(live, () => original.apply(self, callArgs));
  const called = isAbove ? above(live, self, method) : method;
  return native ? native.run(args, called) : called(args);
}

/** The arguments for the SDK's method: those of the application, or a copy that requests the usage of the stream. */
export function askUsage(live: OpenCall, args: unknown[]): unknown[] {
  const { engine, endpoint, call } = live;
  if (!wantsUsage(live)) return args;
  const asked = guard(engine, 'request', () => endpoint.askUsage?.(args));
  if (!asked) return args;
  const isUnasked = sendsUsageUnasked(call);
  live.usage = isUnasked === undefined ? 'watched' : isUnasked ? undefined : 'asked';
  return live.usage === 'asked' ? asked : args;
}

/** Whether to request usage: an option says so, or a budget or limit needs it and the host is known to take the option. */
export const wantsUsage = ({ engine, endpoint, call }: OpenCall): boolean =>
  endpoint.askUsage !== undefined && (engine.streamUsage || (engine.needsUsage && takesUsageOption(call)));

function retriesTaken(live: OpenCall, self: unknown, args: unknown[]): unknown[] {
  if (!live.engine.retries) return args;
  return guard(live.engine, 'request', () => takeRetries(live, self, args)) ?? args;
}

/** The method, called by the interceptors, in the call's context. */
function above(
  live: OpenCall,
  self: unknown,
  method: (args: unknown[]) => unknown,
): (args: unknown[]) => unknown {
  const { chain, call, endpoint, signal } = live;
  // One that is aborted already is for the SDK to see; some do not, and send the request.
  call.signal = isAborted(signal) ? undefined : signal;
  return (args) => {
    const run = (): unknown => splitArrived(live, method(args));
    // If no signal can be passed on, it throws the standard abort error, from which all SDKs make their own.
    const abort = (): unknown => {
      if (!endpoint.withSignal) throw new DOMException('This operation was aborted', 'AbortError');
      return method(endpoint.withSignal(args, self, abortedSignal()));
    };
    return inCall(live, () => attemptAbove(chain as Chain, call, run, abort));
  };
}

/**
 * A split answer is observed before interceptors pass it on: a chat of the SDK reads it, too, and must find the
 * replaced stream and promise.
 */
function splitArrived(live: OpenCall, result: unknown): unknown {
  if (!live.endpoint.chunk || !isThenable(result)) return result;
  return result.then((answer) => {
    if (isSplit(answer)) {
      guard(live.engine, 'observe', () => requestFirst(answer));
      answerArrived(live, answer);
    }
    return answer;
  });
}

/**
 * Observes the SDK's return value. The application gets the SDK's own promise if that can be observed in place, else
 * an equivalent one.
 */
function observe(live: OpenCall, result: unknown): unknown {
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
