/** Reads values of the environment. A wrong value is named in a warning and left out, so that its default applies. */
import { warnOnce } from '../platform/warn.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export function choice<T extends string>(
  env: Environment,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const value = env[name]?.trim().toLowerCase();
  if (!value) return undefined;
  const known = allowed.find((one) => one === value);
  if (known === undefined) warnOfValue(name, `one of ${allowed.join(', ')}`, value);
  return known;
}

export function flag(env: Environment, name: string): boolean | undefined {
  const value = env[name]?.trim().toLowerCase();
  if (!value) return undefined;
  if (['true', '1', 'on', 'yes'].includes(value)) return true;
  if (['false', '0', 'off', 'no'].includes(value)) return false;
  warnOfValue(name, 'true or false', value);
  return undefined;
}

export function list(value: string | undefined): string[] | undefined {
  const entries = value?.split(',').flatMap((entry) => entry.trim() || []);
  return entries?.length ? entries : undefined;
}

export function pairs(env: Environment, name: string): Record<string, string> {
  const map: Record<string, string> = {};
  for (const entry of list(env[name]) ?? []) {
    const [key, value, ...rest] = entry.split('=').map((part) => part.trim());
    if (key && value && rest.length === 0 && entry.length <= 1000)
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    else warnOfValue(name, 'a list of name=value', entry.slice(0, 100));
  }
  return map;
}

export function warnOfValue(name: string, expected: string, value: string): void {
  warnOnce(`expected ${name} to be ${expected}, got ${value}; it is ignored`);
}

export function positiveNumber(env: Environment, name: string): number | undefined {
  const value = env[name]?.trim();
  if (!value) return undefined;
  if (Number(value) > 0) return Number(value);
  warnOfValue(name, 'a positive number', value);
  return undefined;
}

/** The longest delay that a timer accepts. */
const MAX_MS = 2 ** 31 - 1;

export function milliseconds(env: Environment, name: string): number | undefined {
  const value = env[name]?.trim();
  if (!value) return undefined;
  if (Number(value) >= 0) return Math.min(Number(value), MAX_MS);
  warnOfValue(name, 'a number of ms, 0 or more', value);
  return undefined;
}
