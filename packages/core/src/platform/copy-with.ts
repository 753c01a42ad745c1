/** An object of the application's, with something else in it. */

/**
 * Copies like `{ ...original, ...changes }`, except that getters of `original` stay getters: they run only when a
 * reader of the copy needs their value.
 */
export function copyWith<T extends object>(original: T | null | undefined, changes: Partial<T>): T {
  const copy = {} as T;
  for (const key of Reflect.ownKeys(original ?? {})) {
    const property = Reflect.getOwnPropertyDescriptor(original as T, key);
    if (property?.enumerable) Object.defineProperty(copy, key, passedOn(original as T, key, property));
  }
  for (const [key, value] of Object.entries(changes)) {
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/**
 * An object that inherits from another and replaces some properties, each as enumerable as there. Unlike a copy it has what the
 * other hides: fields of a class, properties that are not enumerable.
 */
export function derivedFrom(original: object, changes: Readonly<Record<string, unknown>>): object {
  const derived = Object.create(original);
  for (const [key, value] of Object.entries(changes)) {
    const enumerable = Object.prototype.propertyIsEnumerable.call(original, key);
    Object.defineProperty(derived, key, { value, enumerable, configurable: true, writable: true });
  }
  return derived;
}

const passedOn = (original: object, key: PropertyKey, { get }: PropertyDescriptor): PropertyDescriptor =>
  get
    ? { get: () => Reflect.get(original, key), enumerable: true, configurable: true }
    : { value: Reflect.get(original, key), enumerable: true, configurable: true, writable: true };
