/**
 * Decides which instrumentation traces a method. A method is replaced once, permanently; each instrumentation adds a
 * claim to it, and at each call the newest enabled claim traces. So each call is traced once, however many
 * instrumentations exist (the application's besides `@llmtrace/auto`, an older copy), and a disabled one is silent
 * for every loaded copy of an SDK.
 */

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** An instrumentation's part in a method. */
export interface Claim {
  /** The instrumentation: it claims a method once. */
  readonly owner: object;
  enabled(): boolean;
  call(original: Method, self: unknown, args: unknown[]): unknown;
}

/** The claims of one method. */
interface Claimed {
  readonly claims: Claim[];
  /** The method before it was claimed. */
  readonly original: Method;
}

/**
 * On a prototype: its claimed methods. They are not stored on our wrapper, because another library's wrapper may hide
 * it. Shared by every copy of this module: the shape of {@link Claimed} is a contract.
 */
const CLAIMED = Symbol.for('llmtrace.claimed');

/**
 * Claims `owner[name]` and wraps the current value: another library's wrapper stays in place below ours.
 * @returns false where there is no such method.
 */
export function claim(owner: object | undefined, name: string, by: Claim): boolean {
  const holder = owner as Record<string, Method | undefined> | undefined;
  const current = holder?.[name];
  if (!holder || typeof current !== 'function') return false;
  const methods = claimedOf(holder);
  const known = methods.get(name);
  const claims: Claim[] = known?.claims ?? [];
  if (!claims.some((other) => other.owner === by.owner)) claims.push(by);
  // Another library may have restored the earlier method.
  if (!known || known.original === current) {
    const original = Object.hasOwn(holder, name) ? current : inherited(holder, name, current);
    methods.set(name, { claims, original });
    replace(holder, name, original, claims);
  }
  return true;
}

/** Calls the method of the parent class, looked up at each call: another library may wrap it there later. */
function inherited(holder: object, name: string, { length }: Method): Method {
  const method: Method = function (this: unknown, ...args) {
    return (Object.getPrototypeOf(holder) as Record<string, Method>)[name]?.apply(this, args);
  };
  for (const [key, value] of Object.entries({ name, length }))
    Object.defineProperty(method, key, { value, configurable: true });
  return method;
}

/** The original of a claimed method. */
export const originalOf = (holder: object & { [CLAIMED]?: Map<string, Claimed> }, name: string): unknown =>
  Object.hasOwn(holder, CLAIMED) ? holder[CLAIMED]?.get(name)?.original : undefined;

/**
 * Claims a method that the constructor of a class assigns to each object, for the objects that it makes from now on: an
 * accessor on the prototype sees the assignment.
 * @returns false where the constructor assigns no such method.
 */
export function claimAssigned(owner: object | undefined, name: string, by: Claim): boolean {
  if (!owner || !assigns(owner.constructor, name)) return false;
  const methods = claimedOf(owner);
  const known = methods.get(name);
  const claims: Claim[] = known?.claims ?? [];
  if (!claims.some((claim) => claim.owner === by.owner)) claims.push(by);
  if (known) return true;
  methods.set(name, { claims, original: () => undefined });
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: false,
    get: () => undefined,
    set(this: object, value: unknown) {
      const assigned = typeof value === 'function' ? wrapperOf(name, value as Method, claims) : value;
      Object.defineProperty(this, name, {
        value: assigned,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    },
  });
  return true;
}

/** By the code of the class: minifiers keep the names of properties. */
const assigns = (type: unknown, name: string): boolean =>
  typeof type === 'function' &&
  new RegExp(`\\.${name}\\s*=[^=]`).test(Function.prototype.toString.call(type));

function claimedOf(holder: object & { [CLAIMED]?: Map<string, Claimed> }): Map<string, Claimed> {
  const claimed = Object.hasOwn(holder, CLAIMED) ? holder[CLAIMED] : undefined;
  const methods = claimed ?? new Map<string, Claimed>();
  if (!claimed) Object.defineProperty(holder, CLAIMED, { value: methods });
  return methods;
}

function wrapperOf(name: string, original: Method, claims: readonly Claim[]): Method {
  const wrapped = {
    [name](this: unknown, ...args: unknown[]): unknown {
      const current = lastEnabled(claims);
      return current ? current.call(original, this, args) : original.apply(this, args);
    },
  }[name] as Method;
  Object.defineProperty(wrapped, 'length', { value: original.length, configurable: true });
  return wrapped;
}

function replace(holder: object, name: string, original: Method, claims: readonly Claim[]): void {
  const wrapped = wrapperOf(name, original, claims);
  const was = Object.getOwnPropertyDescriptor(holder, name);
  if (was?.set) {
    Reflect.set(holder, name, wrapped); // the binding of a module
    return;
  }
  Object.defineProperty(holder, name, {
    value: wrapped,
    configurable: was?.configurable ?? true,
    enumerable: was?.enumerable ?? false,
    writable: was?.writable ?? true,
  });
}

function lastEnabled(claims: readonly Claim[]): Claim | undefined {
  for (let index = claims.length - 1; index >= 0; index--) {
    if (claims[index]?.enabled()) return claims[index];
  }
  return undefined;
}

/** Prototypes whose getters have been replaced, with the claims on the objects that these getters return. */
const GETTERS = Symbol.for('llmtrace.getters');

/** The claims on the objects that a getter returns. */
type Behind = ((object: object) => void) & { owner?: object; method?: string };

type Getter = (() => unknown) & { [GETTERS]?: Behind[] };

/**
 * Claims a method of the objects that a getter returns, when it first returns one: their class is not exported.
 * @returns false where there is no such getter.
 */
export function claimBehind(owner: object | undefined, getter: string, name: string, by: Claim): boolean {
  const was = owner && Object.getOwnPropertyDescriptor(owner, getter);
  const get = was?.get as Getter | undefined;
  if (!get) return false;
  const claims = get[GETTERS] ?? replaceGetter(owner as object, getter, was as PropertyDescriptor, get);
  if (claims.some((other) => other.owner === by.owner && other.method === name)) return true;
  const behind = (object: object): void => void claim(Object.getPrototypeOf(object), name, by);
  claims.push(Object.assign(behind, { owner: by.owner, method: name }));
  return true;
}

function replaceGetter(owner: object, name: string, was: PropertyDescriptor, get: Getter): Behind[] {
  const claims: Behind[] = [];
  const replaced: Getter = function getter(this: unknown) {
    const object = get.call(this as never);
    // A failing claim must not break the application's access; a missing method is not claimed.
    if (typeof object === 'object' && object !== null) for (const behind of claims) behind(object);
    return object;
  };
  Object.defineProperty(replaced, GETTERS, { value: claims });
  Object.defineProperty(owner, name, { ...was, get: replaced });
  return claims;
}
