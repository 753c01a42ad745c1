/**
 * Reads errors of any form: an object whose getters throw, a Proxy, a cycle, a primitive. No function here throws.
 */

/** Runs a read; returns undefined if it throws. */
export function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** A property of anything. */
export function get(from: unknown, key: string): unknown {
  if (!isObject(from)) return undefined;
  try {
    return (from as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * The most characters of a text that is read. An SDK concatenates the message from the status and the body, and V8 copies
 * such a text whole before its first character can be read. No error of a vendor has 1 MB.
 */
const MAX_READ = 1_000_000;

export const isTooLong = (message: string): boolean => message.length > MAX_READ;

/** The message of an error, or the error itself if it is a text; undefined for none and for one that is too long. */
export function messageOf(error: unknown): string | undefined {
  const message = text(typeof error === 'string' ? error : get(error, 'message'));
  return message !== undefined && isTooLong(message) ? undefined : message;
}

/** A code or the name of a class, as opposed to a sentence. */
export const word = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w.:$-]{1,100}$/.test(value) ? value : undefined;

/** A status of HTTP, as opposed to another number in a field of that name. */
export const isStatus = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 100 && value < 600;

const NONE: readonly unknown[] = [];

/** The entries of a list, up to a number that no real error reaches. */
export function entries(value: unknown): readonly unknown[] {
  if (!isObject(value)) return NONE;
  return safely(() => (Array.isArray(value) ? value.slice(0, 20) : NONE)) ?? NONE;
}

/** The code of an AWS error, which the AWS SDK uses as the error's name. */
export const awsCode = (error: unknown): string | undefined =>
  typeof get(error, '$fault') === 'string' ? word(get(error, 'name')) : undefined;

/** The status of a failed AWS answer. An answer that broke off has a status of success, which is left out. */
export function awsStatus(error: unknown): number | undefined {
  const status = get(get(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

const MAX_CLASSES = 10;

/** By class: the names of it and of those that it extends. */
const namesByClass = new WeakMap<object, readonly string[]>();

/** The names of an error's classes, nearest first. */
export function classNames(error: unknown): readonly string[] {
  const kind = get(error, 'constructor');
  if (typeof kind !== 'function') return [];
  let names = namesByClass.get(kind);
  if (!names) {
    names = namesOfClass(kind);
    namesByClass.set(kind, names);
  }
  return names;
}

function namesOfClass(from: unknown): string[] {
  const names: string[] = [];
  let kind = from;
  while (typeof kind === 'function' && names.length < MAX_CLASSES) {
    const name = word(get(kind, 'name'));
    if (name) names.push(name);
    const current = kind;
    kind = safely(() => Object.getPrototypeOf(current));
  }
  return names;
}

/** A header, from a `Headers` or from a plain object, in any case. */
export function header(headers: unknown, name: string): string | undefined {
  const getter = get(headers, 'get');
  const got =
    typeof getter === 'function' ? safely(() => getter.call(headers, name)) : plainHeader(headers, name);
  return text(got);
}

function plainHeader(headers: unknown, name: string): unknown {
  const key = safely(() => Object.keys(headers as object).find((field) => field.toLowerCase() === name));
  const value = key === undefined ? undefined : get(headers, key);
  return entries(value)[0] ?? value;
}

const MAX_JSON = 100_000;

/** Where a JSON object may begin within a text; -1 where none can. */
export const jsonStart = (value: unknown): number =>
  typeof value === 'string' && value.length <= MAX_JSON ? value.indexOf('{') : -1;

/** The JSON object within a text, where there is one: Google's SDKs put the vendor's answer in a message. */
export function jsonIn(value: unknown): unknown {
  const start = jsonStart(value);
  return start < 0 ? undefined : safely(() => JSON.parse((value as string).slice(start)));
}
