/**
 * Where interceptors run. With SDKs that have an `APIPromise`, **beneath** the SDK: between its one attempt and the
 * network, so that the application's promise, its abort and its stream stay the SDK's own. With Google's SDKs
 * **above** it: around the method, which is called again for every attempt.
 */
import { context } from '@opentelemetry/api';
import type { Call, Interceptor } from '../../model/call.ts';
import { isAborted, throwIfAborted } from '../../platform/abort-signals.ts';
import { discard, failed, outcomeFor, refusedBy } from './failure.ts';
import type { Requests } from './resend.ts';

/** The state of the interceptors of a call. */
export interface Chain {
  readonly intercept: Interceptor;
  /** Rejects the application's promise; set by the code that returned that promise. */
  refuse?: ((error: unknown) => void) | undefined;
}

/**
 * One attempt of the SDK, made of as many requests as the interceptors want.
 *
 * An error that an interceptor throws must reach the application unchanged. A rejection here would make the SDK wrap
 * it in a connection error and retry. So the application's promise is rejected directly, and the SDK gets a promise
 * that never settles, which the garbage collector removes.
 *
 * @param attempted runs as each request is sent.
 */
export async function attemptBeneath(
  chain: Chain,
  call: Call,
  requests: Requests,
  attempted: () => void,
): Promise<unknown> {
  const { signal } = requests;
  call.signal = signal;
  if (!requests.isRepeatable) call.maxRetries = 0;
  const here = context.active();
  const refused = new Set<Response>();
  const request = async (): Promise<Response> => {
    throwIfAborted(signal);
    attempted();
    const response = await requests.send().catch((error) => {
      throw failed(error, signal);
    });
    if (response.ok) return response;
    refused.add(response);
    throw await refusedBy(response);
  };
  try {
    return answer(await chain.intercept(call, () => context.with(here, request)));
  } catch (error) {
    const outcome = outcomeFor(error);
    if (outcome && 'response' in outcome) {
      refused.delete(outcome.response);
      return outcome.response;
    }
    if (outcome) throw outcome.error;
    if (isAborted(signal) || !chain.refuse) throw error;
    chain.refuse(error);
    return new Promise(() => {});
  } finally {
    for (const response of refused) discard(response);
  }
}

/** Checks the value of an interceptor: the SDK must get a response. */
function answer(value: unknown): unknown {
  if (typeof (value as Partial<Response> | null | undefined)?.status === 'number') return value;
  throw new TypeError(`Expected an interceptor to return what next() gave, got ${typeof value}.`);
}

/**
 * A call of a method that is called again for every attempt.
 *
 * @param run calls the method.
 * @param abort calls the method with an aborted signal, so that the application gets the SDK's own error when it
 * stops a waiting call.
 */
export async function attemptAbove(
  { intercept }: Chain,
  call: Call,
  run: () => unknown,
  abort: () => unknown,
): Promise<unknown> {
  const { signal } = call;
  const attempt = async (): Promise<unknown> => {
    throwIfAborted(signal);
    const before = call.attempts;
    call.attemptTime = performance.now();
    try {
      return await run();
    } catch (error) {
      throw failed(error, signal);
    } finally {
      // Where the SDK's requests are seen, they are counted already.
      call.attempts = Math.max(call.attempts, before + 1);
    }
  };
  const here = context.active();
  try {
    return await intercept(call, () => context.with(here, attempt));
  } catch (error) {
    const outcome = outcomeFor(error);
    if (outcome && 'error' in outcome) throw outcome.error;
    if (isAborted(signal)) return abort();
    throw error;
  }
}

/** An aborted signal that also fires `abort` for listeners that are added afterwards. */
export function abortedSignal(): AbortSignal {
  const signal = AbortSignal.abort();
  const fire = (_type: string, listener: Parameters<AbortSignal['addEventListener']>[1]): void => {
    const event = new Event('abort');
    if (typeof listener === 'function') listener.call(signal, event);
    else listener?.handleEvent(event);
  };
  Object.defineProperty(signal, 'addEventListener', { value: fire });
  return signal;
}
