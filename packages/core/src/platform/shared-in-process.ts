/**
 * Returns the state of the process under a key of `Symbol.for()`, and makes it at the first use. All copies of llmtrace share
 * it, so the shape of the state is a contract.
 */
export function sharedInProcess<T>(key: symbol, make: () => T): T {
  const shared = globalThis as { [key: symbol]: unknown };
  if (shared[key] === undefined) Object.defineProperty(shared, key, { value: make() });
  return shared[key] as T;
}
