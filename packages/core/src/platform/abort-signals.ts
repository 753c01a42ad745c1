/**
 * An application's signal, read with care: it may be of another make than Node.js', without `reason` or
 * `throwIfAborted()`, and what it has may be getters that throw. With limits on, a call must behave as without.
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

/** What a wait ends with that the signal stops. */
export function reasonOf(signal: Signal): unknown {
  try {
    if (signal?.reason !== undefined) return signal.reason;
  } catch {}
  return new DOMException('This operation was aborted', 'AbortError');
}

/**
 * Calls `listener` once the signal is aborted.
 * @returns what makes it not be called any more.
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
