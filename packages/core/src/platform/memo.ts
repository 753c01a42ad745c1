interface Results<K, V> {
  get(key: K): V | undefined;
  set(key: K, result: V): unknown;
}

/** A function that makes one result for each key, and returns it again at later calls. A WeakMap keeps no key alive. */
export const memo =
  <K, V extends {}, A extends unknown[]>(
    results: Results<K, V>,
    make: (key: K, ...rest: A) => V,
  ): ((key: K, ...rest: A) => V) =>
  (key, ...rest) => {
    let result = results.get(key);
    if (result === undefined) {
      result = make(key, ...rest);
      results.set(key, result);
    }
    return result;
  };
