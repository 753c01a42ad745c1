/**
 * Gives an object a method of its own in place of the one that it has: an own property stays as visible as it was,
 * another one is as hidden as a class's.
 */
export function define(object: object, key: PropertyKey, value: unknown): void {
  const enumerable = Object.prototype.propertyIsEnumerable.call(object, key);
  Object.defineProperty(object, key, { value, configurable: true, writable: true, enumerable });
}
