/** The attributes that the application sets for the calls within a function. */
import { type LlmAttributes, merged, NAMED_ATTRIBUTES, NO_ATTRIBUTES } from '../model/attributes.ts';
import { cut, isObject, MAX_NAME } from '../platform/bounds.ts';
import { warnOnce } from '../platform/warn.ts';
import { runIn, scopeOf } from './scope.ts';

/** The argument of {@link withLlmAttributes}. An id may be a number. */
export type LlmAttributesInput = {
  readonly [name in keyof LlmAttributes]: name extends 'tags' | 'extra'
    ? LlmAttributes[name]
    : string | number | undefined;
};

/** The most tags, and the most entries of `extra`, of a call. */
const MAX_ENTRIES = 32;

/**
 * Runs `fn`. Each LLM call within it has these attributes, and those of the functions around it: on its span, in its
 * events and log lines, and as keys of budgets and rate limits. This includes all asynchronous work that `fn` starts, and
 * a stream that is read after `fn` has returned.
 *
 * A value that is not a text or a number is left out, with one warning; `fn` runs in any case.
 *
 * @returns the result of `fn`.
 */
export function withLlmAttributes<T>(attributes: LlmAttributesInput, fn: () => T): T {
  const set = checkedAttributes(attributes);
  const outer = scopeOf();
  return runIn({ ...outer, attributes: outer?.attributes ? merged(set, outer.attributes) : set }, fn);
}

/**
 * The attributes that are set here by {@link withLlmAttributes}, as plain data: pass them to a worker thread or a
 * queue, and set them there by `withLlmAttributes`.
 */
export const getLlmAttributes = (): LlmAttributes => scopeOf()?.attributes ?? NO_ATTRIBUTES;

/** Converts an argument of the application to attributes; leaves out wrong entries, with a warning. */
function checkedAttributes(input: unknown): LlmAttributes {
  if (!isObject(input)) {
    wrong('an object of attributes', input);
    return NO_ATTRIBUTES;
  }
  const values = input as Readonly<Record<string, unknown>>;
  const set: Record<string, unknown> = {};
  for (const name of Object.keys(values)) {
    if (values[name] === undefined) continue;
    const value = checkedAttribute(name, values[name]);
    if (value === undefined) wrong(`a value of the attribute \`${cut(name, 100)}\``, values[name]);
    else set[name] = value;
  }
  return set;
}

function checkedAttribute(name: string, value: unknown): unknown {
  if (name === 'tags') return Array.isArray(value) ? texts(value) : undefined;
  if (name === 'extra') return isObject(value) ? textEntries(value) : undefined;
  return (NAMED_ATTRIBUTES as readonly string[]).includes(name) ? text(value) : undefined;
}

const wrong = (expected: string, value: unknown): void =>
  warnOnce(
    `withLlmAttributes() got a ${value === null ? 'null' : typeof value} where ${expected} belongs; it is left out. ` +
      `The attributes are ${NAMED_ATTRIBUTES.join(', ')} (texts), tags (a list of texts) and extra (an object of texts)`,
  );

/** The text of an id. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : cut(value, MAX_NAME);
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

const texts = (values: readonly unknown[]): string[] =>
  values.slice(0, MAX_ENTRIES).flatMap((value) => text(value) ?? []);

function textEntries(values: object): Record<string, string> {
  const set: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(values).slice(0, MAX_ENTRIES)) {
    const valid = text(value);
    if (valid !== undefined && name !== '') set[cut(name, MAX_NAME)] = valid;
  }
  return { ...set };
}
