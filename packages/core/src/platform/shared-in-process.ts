/** The state by its key: the look-up of a symbol among the globals takes 50 ns, and each call needs several. */
const known = new Map<symbol, unknown>();

/**
 * Returns the state of the process under a key of `Symbol.for()`, and makes it at the first use. All copies of llmtrace share
 * it, so the shape of the state is a contract.
 */
export function sharedInProcess<T>(key: symbol, make: () => T): T {
  let state = known.get(key);
  if (state === undefined) {
    state = sharedGlobally(key, make);
    known.set(key, state);
  }
  return state as T;
}

function sharedGlobally(key: symbol, make: () => unknown): unknown {
  const shared = globalThis as { [key: symbol]: unknown };
  if (shared[key] === undefined) Object.defineProperty(shared, key, { value: make() });
  return shared[key];
}
