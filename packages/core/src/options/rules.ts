/** Rules for the values of options, in code and in the environment. A wrong value is refused by the option's name. */

import { cut } from '../platform/bounds.ts';

/** The rule of one option. */
export interface Rule {
  /** In words: `a non-negative integer`. */
  readonly expected: string;
  holds(value: unknown): boolean;
  /** The variable of the environment that sets the option; absent where none does. */
  readonly env?: string;
  /** Reads the variable's text; the rule applies to the result, too. */
  parse?(text: string): unknown;
}

/** The rules of all options of a feature, by their names. */
export type Rules<T> = { readonly [name in keyof T]-?: Rule };

/** The longest time that a timer takes, in ms; a longer one would fire at once. */
const MAX_TIME = 2 ** 31 - 1;

/** The largest limit, rate or factor: beyond it, counting one more changes little or nothing (2^53 is 9e15). */
const MAX_NUMBER = 1e15;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const parseNumber = (text: string): unknown => (text.trim() === '' ? Number.NaN : Number(text));

const parseFlag = (text: string): unknown => {
  const value = text.toLowerCase();
  if (['true', '1', 'on', 'yes'].includes(value)) return true;
  return ['false', '0', 'off', 'no'].includes(value) ? false : text;
};

const numeric =
  (expected: string, holds: (value: number) => boolean) =>
  (env?: string): Rule => ({
    expected,
    holds: (value) => isNumber(value) && holds(value),
    parse: parseNumber,
    ...(env === undefined ? {} : { env }),
  });

export const wholeNumber = numeric('a non-negative integer', (n) => Number.isSafeInteger(n) && n >= 0);
export const positiveInteger = numeric('a positive integer', (n) => Number.isSafeInteger(n) && n > 0);
export const positive = numeric(`a number above 0 and up to ${MAX_NUMBER}`, (n) => n > 0 && n <= MAX_NUMBER);
export const nonNegative = numeric(`a number from 0 to ${MAX_NUMBER}`, (n) => n >= 0 && n <= MAX_NUMBER);
export const share = numeric('a number from 0 to 1', (n) => n >= 0 && n <= 1);
export const factor = numeric(`a number from 1 to ${MAX_NUMBER}`, (n) => n >= 1 && n <= MAX_NUMBER);
export const milliseconds = numeric(
  `a number of milliseconds from 0 to ${MAX_TIME}`,
  (n) => n >= 0 && n <= MAX_TIME,
);

export const flag = (env: string): Rule => ({
  expected: 'true or false',
  holds: (value) => typeof value === 'boolean',
  env,
  parse: parseFlag,
});

export const oneOf = (allowed: readonly string[], env: string): Rule => ({
  expected: `one of ${allowed.join(', ')}`,
  holds: (value) => allowed.includes(value as string),
  env,
  parse: (text) => text.toLowerCase(),
});

/** A file's path. A number would be a file descriptor for Node.js. */
export const expectPath = (name: string, value: unknown): string => {
  if (typeof value === 'string' && !value.includes('\0')) return value;
  throw new TypeError(`Expected \`${name}\` to be the path of a file, got ${shown(value)}.`);
};

export const expectBoolean = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`Expected \`${name}\` to be a boolean, got ${shown(value)}.`);
};

/** The most names in a map, and the longest name. */
const MAX_NAMES = 10_000;
const MAX_NAME = 1000;

/** A map from names to names (hosts to providers, deployments to models), if there is one. */
export function expectNames(name: string, value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw new TypeError(`Expected \`${name}\` to be an object, got ${shown(value)}.`);
  const entries = Object.entries(value);
  if (entries.length > MAX_NAMES)
    throw new TypeError(`Expected \`${name}\` to have at most ${MAX_NAMES} names, got ${entries.length}.`);
  for (const [key, text] of entries) {
    if (key.length > MAX_NAME)
      throw new TypeError(`Expected the names of \`${name}\` to have at most ${MAX_NAME} characters.`);
    if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_NAME)
      throw new TypeError(
        `Expected \`${name}[${shown(key)}]\` to be a text of 1 to ${MAX_NAME} characters, got ${shown(text)}.`,
      );
  }
  return value as Readonly<Record<string, string>>;
}

/** A list of short texts (hosts), if there is one. */
export function expectTexts(name: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length <= MAX_NAMES;
  if (!isList) throw new TypeError(`Expected \`${name}\` to be a list of texts, got ${shown(value)}.`);
  for (const text of value) {
    if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_NAME)
      throw new TypeError(
        `Expected \`${name}\` to have texts of 1 to ${MAX_NAME} characters, got ${shown(text)}.`,
      );
  }
  return value as readonly string[];
}

/** Also accepts a function of the application. */
export const orFunction = (rule: Rule): Rule => ({
  ...rule,
  expected: `${rule.expected}, or a function`,
  holds: (value) => typeof value === 'function' || rule.holds(value),
});

/** Also accepts `false`, which switches the feature off. */
export const orFalse = (rule: Rule): Rule => ({
  ...rule,
  expected: `${rule.expected}, or false`,
  holds: (value) => value === false || rule.holds(value),
});

/** An object with a rule for each field and no other fields. */
export const objectOf = <T>(rules: Rules<T>): Rule => ({
  expected: `an object with ${Object.keys(rules).join(' and ')}`,
  holds: (value) =>
    isRecord(value) &&
    Object.keys(value).every((key) => Object.hasOwn(rules, key)) &&
    Object.entries<Rule>(rules).every(([key, rule]) => rule.holds(value[key])),
});

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value, as an error names it; never long. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  try {
    return (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 100);
  } catch {
    return 'an object';
  }
}

/** A field's name, as an error names it; never long. */
export const quoted = (name: string): string => `\`${cut(name, 100)}\``;

/**
 * The options of a feature, completed by their defaults. An undefined option takes its default.
 *
 * @param name of the feature, e.g. `retry`.
 * @throws TypeError that names the first wrong option and its value.
 */
export function checked<T extends object>(name: string, given: unknown, rules: Rules<T>, defaults: T): T {
  if (!isRecord(given)) throw new TypeError(`Expected \`${name}\` to be an object, got ${shown(given)}.`);
  const options: Record<string, unknown> = { ...(defaults as Record<string, unknown>) };
  for (const [option, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, option) ? rules[option as keyof T] : undefined;
    if (!rule) throw new TypeError(`Expected \`${name}\` to have no option ${quoted(option)}.`);
    if (value === undefined) continue;
    if (!rule.holds(value))
      throw new TypeError(`Expected \`${name}.${option}\` to be ${rule.expected}, got ${shown(value)}.`);
    options[option] = value;
  }
  return options as T;
}

/**
 * The options of a feature that the environment sets; wrong ones are reported and left out.
 *
 * @param warn gets the variable's name, what was expected, and its value.
 */
export function fromEnvironment<T extends object>(
  rules: Rules<T>,
  env: Readonly<Record<string, string | undefined>>,
  warn: (name: string, expected: string, value: string) => void,
): Partial<T> {
  const options: Record<string, unknown> = {};
  for (const [option, { env: name, parse, holds, expected }] of Object.entries<Rule>(rules)) {
    const text = name === undefined ? undefined : env[name]?.trim();
    if (name === undefined || !text) continue;
    const value = parse ? parse(text) : text;
    if (holds(value)) options[option] = value;
    else warn(name, expected, text);
  }
  return options as Partial<T>;
}
