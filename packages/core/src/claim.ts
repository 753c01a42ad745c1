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

/** Shared by every copy of this module: the shape of a {@link Claim} is a contract. */
const CLAIMS = Symbol.for('llmtrace.claims');

type Claimed = Method & { [CLAIMS]?: Claim[] };

/**
 * Claims `owner[name]`, wrapping whatever is there: another library's wrapper stays in place beneath ours.
 * @returns false where there is no such method.
 */
export function claim(owner: object | undefined, name: string, by: Claim): boolean {
  const holder = owner as Record<string, Claimed | undefined> | undefined;
  const original = holder?.[name];
  if (!holder || typeof original !== 'function') return false;
  const claims = original[CLAIMS];
  if (!claims) replace(holder, name, original, [by]);
  else if (!claims.some((one) => one.owner === by.owner)) claims.push(by);
  return true;
}

function replace(holder: object, name: string, original: Claimed, claims: Claim[]): void {
  const wrapped: Claimed = {
    [name](this: unknown, ...args: unknown[]): unknown {
      const current = claims.findLast((one) => one.enabled());
      return current ? current.call(original, this, args) : original.apply(this, args);
    },
  }[name] as Claimed;
  Object.defineProperty(wrapped, 'length', { value: original.length, configurable: true });
  Object.defineProperty(wrapped, CLAIMS, { value: claims });
  const was = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, {
    value: wrapped,
    configurable: was?.configurable ?? true,
    enumerable: was?.enumerable ?? false,
    writable: was?.writable ?? true,
  });
}
