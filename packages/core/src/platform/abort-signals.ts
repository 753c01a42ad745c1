/**
 * Reads an application's signal defensively: a polyfill may lack `reason` or `throwIfAborted()`, or have getters that
 * throw. With limits on, a call must behave as it does without them.
 */

type Signal = AbortSignal | null | undefined;

export function isAborted(signal: Signal): boolean {
  try {
    return signal?.aborted === true;
  } catch {
    return false;
  }
}

export function throwIfAborted(signal: Signal): void {
  if (isAborted(signal)) throw reasonOf(signal);
}

/** The error of a wait that the signal stops. */
export function reasonOf(signal: Signal): unknown {
  try {
    if (signal?.reason !== undefined) return signal.reason;
  } catch {}
  return new DOMException('This operation was aborted', 'AbortError');
}

/**
 * Calls `listener` once the signal is aborted.
 * @returns a function that removes the listener.
 */
export function onAbort(signal: Signal, listener: () => void): () => void {
  try {
    signal?.addEventListener('abort', listener, { once: true });
  } catch {} // it cannot be listened to
  return () => {
    try {
      signal?.removeEventListener('abort', listener);
    } catch {}
  };
}
