/** Helpers that the watchers of both clients share. */
import { diag } from '@opentelemetry/api';

/** Reads a header of a request or an answer; the name is in lower case. */
export type Header = (name: string) => string | undefined;

let isReported = false;

/** An error that a channel's listener throws ends the process, so it is caught. The first one is logged. */
export function safely(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (isReported) return;
    isReported = true;
    diag.error('llmtrace: could not look at a request', error);
  }
}

/**
 * A header from one of undici's forms: alternating names and values (texts, or bytes), one text (undici 5), or an
 * object.
 *
 * @param name in small letters.
 */
export function headerIn(headers: unknown, name: string): string | undefined {
  if (Array.isArray(headers)) return headerInList(headers, name);
  if (typeof headers === 'string') return headerInText(headers, name);
  if (typeof headers !== 'object' || headers === null) return undefined;
  return textOf((headers as Record<string, unknown>)[name]);
}

function headerInList(list: readonly unknown[], name: string): string | undefined {
  for (let at = 0; at + 1 < list.length; at += 2) {
    if (String(list[at]).toLowerCase() === name) return textOf(list[at + 1]);
  }
  return undefined;
}

function headerInText(text: string, name: string): string | undefined {
  const line = text.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value);

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Observes each call of a method before it runs; the method is otherwise unchanged. */
export function observeMethod<T extends object>(
  holder: T,
  name: string,
  see: (self: T, args: unknown[]) => void,
): void {
  const original = Reflect.get(holder, name) as Method | undefined;
  if (typeof original !== 'function') return;
  const observed = {
    [name](this: unknown, ...args: unknown[]): unknown {
      safely(() => see(this as T, args));
      return original.apply(this, args);
    },
  }[name] as Method;
  Object.defineProperty(observed, 'length', { value: original.length, configurable: true });
  Object.defineProperty(holder, name, { value: observed, configurable: true, writable: true });
}
