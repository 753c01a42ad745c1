/** Replaces methods of Node.js' module loader. */
type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Replaces a method. Returns a function that restores it unless other code has replaced it since. A loader of another kind may lack
 * it, as that of jest does: nothing is replaced then.
 */
export function replace(holder: object, name: string, make: (original: Method) => Method): () => void {
  const was = Object.getOwnPropertyDescriptor(holder, name);
  if (typeof was?.value !== 'function') return () => {};
  const value = make(was.value);
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(value, key, { value: was.value[key], configurable: true });
  }
  Object.defineProperty(holder, name, { ...was, value });
  return () => {
    if (Reflect.get(holder, name) === value) Object.defineProperty(holder, name, was);
  };
}
