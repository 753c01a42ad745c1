/**
 * Rules for the values of options, in code and in the environment. The error or the warning about a wrong value names
 * the option or the variable.
 */

import { cut } from '../platform/bounds.ts';
import { MAX_TIMER } from '../platform/timers.ts';
import { warnOnce } from '../platform/warn.ts';
import { formerNameOf, nearest } from './variables.ts';

/** The rule of one option. */
export interface Rule {
  /** The description of right values: `a non-negative integer`. */
  readonly expected: string;
  holds(value: unknown): boolean;
  /** The largest right number, if `expected` does not name it. */
  readonly most?: number;
  /** The environment variable that sets the option; absent if none does. */
  readonly env?: string;
  /** The description of the variable's right texts, if code accepts more: a variable cannot hold a function. */
  readonly textExpected?: string;
  /**
   * Converts the variable's text to a value, which `holds` checks. Undefined means that the variable sets nothing.
   * @param isWrong is called with each entry of a list that is left out.
   */
  parse?(text: string, isWrong: (entry: string) => void): unknown;
  /** The option's former name in code, which still works. */
  readonly former?: string;
  /** Former values, which still work, and their present ones. */
  readonly formerValues?: Readonly<Record<string, string>>;
  /** @throws TypeError with a more precise message about a wrong value than `expected` gives */
  check?(name: string, value: unknown): unknown;
}

/** Reports a wrong value of a variable. */
export type Warn = (name: string, expected: string, value: string) => void;

/** The rules of all options of a feature, by their names. */
export type Rules<T> = { readonly [name in keyof T]-?: Rule };

/** The largest limit, rate or factor. Near 2^53 (9e15), adding 1 to a number no longer changes it. */
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
export const positive = (env?: string): Rule => ({
  ...numeric('a positive number', (n) => n > 0 && n <= MAX_NUMBER)(env),
  most: MAX_NUMBER,
});
export const nonNegative = numeric(`a number from 0 to ${MAX_NUMBER}`, (n) => n >= 0 && n <= MAX_NUMBER);
export const share = numeric('a number from 0 to 1', (n) => n >= 0 && n <= 1);
export const factor = numeric(`a number from 1 to ${MAX_NUMBER}`, (n) => n >= 1 && n <= MAX_NUMBER);
export const milliseconds = numeric(
  `a number of milliseconds from 0 to ${MAX_TIMER}`,
  (n) => n >= 0 && n <= MAX_TIMER,
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

/** A switch. In code its value must be a boolean. */
export const toggle = (env: string): Rule => ({ ...flag(env), check: expectBoolean });

export const port = (env: string): Rule => ({
  expected: 'a port from 0 to 65535',
  holds: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535,
  env,
  parse: parseNumber,
});

/** A number above 0 (or from 0, with `orZero`); a larger number than `most` counts as `most`. */
export const capped = (env: string, most: number, orZero = false): Rule => ({
  expected: orZero ? 'a number, 0 or more' : 'a positive number',
  holds: (value) => typeof value === 'number' && (value > 0 || (orZero && value === 0)),
  env,
  parse: (text) => Math.min(Number(text), most),
});

/** Any text: a name, a path. */
export const text = (env: string): Rule => ({
  expected: 'a text',
  holds: (value) => typeof value === 'string',
  env,
});

export const path = (env: string): Rule => ({
  ...text(env),
  expected: 'the path of a file',
  check: expectPath,
});

/** Texts, separated by commas. */
export const texts = (env: string): Rule => ({
  expected: 'a list of texts',
  holds: Array.isArray,
  env,
  parse: shortTexts,
  check: expectTexts,
});

/** A map from names to names: `name=value,…`. */
export const names = (env: string): Rule => ({
  expected: 'a list of name=value',
  holds: isRecord,
  env,
  parse: pairs,
  check: expectNames,
});

/** The entries of a text, separated by commas; undefined if there is no entry. */
export function list(value: string | undefined): string[] | undefined {
  const entries = value?.split(',').flatMap((entry) => entry.trim() || []);
  return entries?.length ? entries : undefined;
}

function shortTexts(value: string, isWrong: (entry: string) => void): string[] | undefined {
  return list(value)?.filter((entry) => entry.length <= MAX_NAME || isWrong(entry));
}

function pairs(value: string, isWrong: (entry: string) => void): Record<string, string> {
  const map: Record<string, string> = {};
  for (const entry of list(value) ?? []) {
    const [key, value, ...rest] = entry.split('=').map((part) => part.trim());
    if (key && value && rest.length === 0 && entry.length <= MAX_NAME)
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    else isWrong(entry);
  }
  return map;
}

/** Checks the path of a file. Node.js would read a number as a file descriptor. */
const expectPath = (name: string, value: unknown): string => {
  if (typeof value === 'string' && !value.includes('\0')) return value;
  throw new TypeError(`Expected \`${name}\` to be the path of a file, got ${shown(value)}.`);
};

const expectBoolean = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`Expected \`${name}\` to be a boolean, got ${shown(value)}.`);
};

/** The most names in a map, and the longest name. */
const MAX_NAMES = 10_000;
const MAX_NAME = 1000;

/** Checks a map from names to names (hosts to providers, deployments to models); undefined is right, too. */
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

/** Checks a list of short texts (hosts); undefined is right, too. */
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
  textExpected: rule.textExpected ?? rule.expected,
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

/** A value as errors show it, of bounded length. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  try {
    return (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 100);
  } catch {
    return 'an object';
  }
}

/** The name of a field as errors show it, of bounded length. */
export const quoted = (name: string): string => `\`${cut(name, 100)}\``;

const warnOfFormer = (former: string, present: string): void =>
  warnOnce(`${former} is the former name of ${present} and still works. Use the new name`);

/** The text of a variable's former name, if the variable has a former name and it is set. */
function formerTextOf(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const former = formerNameOf(name);
  const text = former === undefined ? undefined : env[former]?.trim();
  if (former !== undefined && text) warnOfFormer(former, name);
  return text;
}

/** The present name of an option of `owner`: `name` itself, unless it is a former name. */
export function presentName<T>(owner: string, name: string, rules: Rules<T>): string {
  const [present] = Object.entries<Rule>(rules).find(([, { former }]) => former === name) ?? [];
  if (present === undefined) return name;
  const prefix = owner === '' ? '' : `${owner}.`;
  warnOfFormer(`\`${prefix}${name}\``, `\`${prefix}${present}\``);
  return present;
}

/** The present form of a value: `value` itself, unless it is a former value. */
export function presentValue(setter: string, value: unknown, { formerValues }: Rule): unknown {
  if (typeof value !== 'string' || !formerValues || !Object.hasOwn(formerValues, value)) return value;
  const present = formerValues[value] as string;
  warnOfFormer(`${setter}${value}`, `${setter}${present}`);
  return present;
}

/** The error about an unknown field, with the known field that is spelt most like it, if there is one. */
export function unknownField(
  owner: string,
  field: string,
  name: string,
  known: readonly string[],
): TypeError {
  const near = nearest(name, known);
  const meant = near === undefined ? '' : ` (did you mean \`${near}\`?)`;
  return new TypeError(`Expected ${owner} to have no ${field}${meant}.`);
}

/** @throws TypeError for the first field that is none of `known`, with the known one that is spelt most like it. */
export function expectKnown(owner: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).find((field) => !known.includes(field));
  if (unknown !== undefined) throw unknownField(owner, quoted(unknown), unknown, known);
}

/** Returns a right value. @throws TypeError for a wrong one, with the name of the option and the value */
export function checkedValue(name: string, value: unknown, rule: Rule): unknown {
  rule.check?.(name, value);
  if (rule.holds(value)) return value;
  throw new TypeError(`Expected \`${name}\` to be ${wanted(rule, value)}, got ${shown(value)}.`);
}

/** The description of right values for an error; with the largest one, if the wrong value is larger. */
const wanted = ({ expected, most }: Rule, value: unknown): string =>
  most !== undefined && typeof value === 'number' && value > most ? `${expected} up to ${most}` : expected;

/**
 * The options of a feature, with defaults for those that are absent or undefined.
 *
 * @param name the name of the feature, e.g. `retry`.
 * @throws TypeError that names the first wrong option and its value.
 */
export function checked<T extends object>(name: string, input: unknown, rules: Rules<T>, defaults: T): T {
  if (!isRecord(input)) throw new TypeError(`Expected \`${name}\` to be an object, got ${shown(input)}.`);
  const options: Record<string, unknown> = { ...(defaults as Record<string, unknown>) };
  for (const [option, value] of Object.entries(input)) {
    const present = presentName(name, option, rules);
    const rule = Object.hasOwn(rules, present) ? rules[present as keyof T] : undefined;
    if (!rule) throw unknownField(`\`${name}\``, `option ${quoted(option)}`, option, Object.keys(rules));
    const isSetTwice = present !== option && input[present] !== undefined;
    if (value === undefined || isSetTwice) continue;
    options[present] = checkedValue(`${name}.${option}`, value, rule);
  }
  return options as T;
}

/**
 * The options of a feature that the environment sets. Wrong ones are reported and left out.
 *
 * @param warn is called with the variable's name, the description of right values, and the wrong value.
 */
export function fromEnvironment<T extends object>(
  rules: Rules<T>,
  env: Readonly<Record<string, string | undefined>>,
  warn: Warn,
): Partial<T> {
  const options: Record<string, unknown> = {};
  for (const [option, rule] of Object.entries<Rule>(rules)) {
    const value = variableOf(rule, env, warn);
    if (value !== undefined) options[option] = value;
  }
  return options as Partial<T>;
}

/** The value that the environment sets for an option; undefined for none, and for a wrong one, which is reported. */
export function variableOf(
  rule: Rule,
  env: Readonly<Record<string, string | undefined>>,
  warn: Warn,
): unknown {
  const { env: name, parse, textExpected } = rule;
  const text = name === undefined ? undefined : env[name]?.trim() || formerTextOf(name, env);
  if (name === undefined || !text) return undefined;
  const report = (wrong: string, value?: unknown): void =>
    warn(name, textExpected ?? wanted(rule, value), wrong);
  const value = presentValue(`${name}=`, parse ? parse(text, report) : text, rule);
  if (value === undefined || isRight(name, value, rule)) return value;
  report(text, value);
  return undefined;
}

function isRight(name: string, value: unknown, rule: Rule): boolean {
  try {
    checkedValue(name, value, rule);
    return true;
  } catch {
    return false;
  }
}
