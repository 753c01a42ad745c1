/**
 * Replaces a method on the object itself. An existing own property keeps its enumerability; otherwise the new one is
 * not enumerable, like a class's methods.
 */
export function define(object: object, key: PropertyKey, value: unknown): void {
  const enumerable = Object.prototype.propertyIsEnumerable.call(object, key);
  Object.defineProperty(object, key, { value, configurable: true, writable: true, enumerable });
}
