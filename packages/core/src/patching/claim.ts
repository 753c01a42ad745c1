/**
 * Who instruments a method. A method is replaced once, for good; the instrumentations that ask for it
 * line up behind it, and at each call the one that asked last and is enabled gets it. So a call is traced once
 * however many instrumentations there are (the application's own beside `@llmtrace/auto`, an older copy), and
 * a disabled one is silent for every copy of an SDK that was ever loaded.
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
  /** What was there before. */
  readonly original: Method;
}

/**
 * On a prototype: its claimed methods. They are not noted on our wrapper, which another library's may hide.
 * Shared by every copy of this module: the shape of {@link Claimed} is a contract.
 */
const CLAIMED = Symbol.for('llmtrace.claimed');

/**
 * Claims `owner[name]`, wrapping whatever is there: another library's wrapper stays in place beneath ours.
 * @returns false where there is no such method.
 */
export function claim(owner: object | undefined, name: string, by: Claim): boolean {
  const holder = owner as Record<string, Method | undefined> | undefined;
  const current = holder?.[name];
  if (!holder || typeof current !== 'function') return false;
  const methods = claimedOf(holder);
  const known = methods.get(name);
  const claims: Claim[] = known?.claims ?? [];
  if (!claims.some((one) => one.owner === by.owner)) claims.push(by);
  // What was there before may be there again: somebody else has put it back.
  if (!known || known.original === current) {
    methods.set(name, { claims, original: current });
    replace(holder, name, current, claims);
  }
  return true;
}

/** What a claimed method was before. */
export const originalOf = (holder: object & { [CLAIMED]?: Map<string, Claimed> }, name: string): unknown =>
  Object.hasOwn(holder, CLAIMED) ? holder[CLAIMED]?.get(name)?.original : undefined;

function claimedOf(holder: object & { [CLAIMED]?: Map<string, Claimed> }): Map<string, Claimed> {
  const own = Object.hasOwn(holder, CLAIMED) ? holder[CLAIMED] : undefined;
  const methods = own ?? new Map<string, Claimed>();
  if (!own) Object.defineProperty(holder, CLAIMED, { value: methods });
  return methods;
}

function replace(holder: object, name: string, original: Method, claims: readonly Claim[]): void {
  const wrapped = {
    [name](this: unknown, ...args: unknown[]): unknown {
      const current = lastEnabled(claims);
      return current ? current.call(original, this, args) : original.apply(this, args);
    },
  }[name] as Method;
  Object.defineProperty(wrapped, 'length', { value: original.length, configurable: true });
  const was = Object.getOwnPropertyDescriptor(holder, name);
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

/** Prototypes whose getters have been replaced, and what is claimed of the objects that those give. */
const GETTERS = Symbol.for('llmtrace.getters');

/** What is claimed of the objects that a getter gives, for whom. */
type Behind = ((given: object) => void) & { owner?: object; method?: string };

type Getter = (() => unknown) & { [GETTERS]?: Behind[] };

/**
 * Claims a method of the objects that a getter gives, as they are first asked for: their class is not exported.
 * @returns false where there is no such getter.
 */
export function claimBehind(owner: object | undefined, getter: string, name: string, by: Claim): boolean {
  const was = owner && Object.getOwnPropertyDescriptor(owner, getter);
  const get = was?.get as Getter | undefined;
  if (!get) return false;
  const claims = get[GETTERS] ?? replaceGetter(owner as object, getter, was as PropertyDescriptor, get);
  if (claims.some((one) => one.owner === by.owner && one.method === name)) return true;
  const behind = (given: object): void => void claim(Object.getPrototypeOf(given), name, by);
  claims.push(Object.assign(behind, { owner: by.owner, method: name }));
  return true;
}

function replaceGetter(owner: object, name: string, was: PropertyDescriptor, get: Getter): Behind[] {
  const claims: Behind[] = [];
  const replaced: Getter = function getter(this: unknown) {
    const given = get.call(this as never);
    // Never a reason for the application's own access to fail; and what is not there cannot be claimed.
    if (typeof given === 'object' && given !== null) for (const one of claims) one(given);
    return given;
  };
  Object.defineProperty(replaced, GETTERS, { value: claims });
  Object.defineProperty(owner, name, { ...was, get: replaced });
  return claims;
}
