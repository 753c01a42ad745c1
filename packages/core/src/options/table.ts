/**
 * **Option tables**: each option with its variable, what its value must be, its default and its description. The rules of
 * a feature and its descriptions stand beside the feature; warnings and README.md's table are made of both.
 */
import { warnOnce } from '../platform/warn.ts';
import type { Rule, Rules, Warn } from './rules.ts';

/** An option, as warnings and documents name it. */
export interface OptionEntry {
  /** Its name in code: `retry.maxRetries`; absent where only a variable sets it. */
  readonly option?: string;
  /** The variable that sets it; absent where only code does. */
  readonly variable?: string;
  /** What the variable's value must be: `a positive integer`. */
  readonly expected: string;
  /** What applies where it is not set: `none`. */
  readonly byDefault: string;
  /** What it is for, in Markdown. Links are relative to the root of the repository. */
  readonly description: string;
  /** What applies where the value is wrong, if that is not the default. */
  readonly otherwise?: string;
}

/** The description of an option, with what a table cannot find out by itself. */
export type Described =
  | string
  | { readonly description: string; readonly byDefault?: string; readonly otherwise?: string };

export type Descriptions<T> = { readonly [name in keyof T]-?: Described };

/**
 * The table of a feature.
 *
 * @param feature its name in code (`retry`); empty where its options have none around them.
 */
export function optionTable<T>(
  feature: string,
  rules: Rules<T>,
  defaults: Partial<T>,
  descriptions: Descriptions<T>,
): OptionEntry[] {
  return Object.entries<Rule>(rules).map(([name, { env, textExpected, expected }]) => {
    const described: Described = descriptions[name as keyof T];
    return {
      option: feature === '' ? name : `${feature}.${name}`,
      ...(env === undefined ? {} : { variable: env }),
      expected: textExpected ?? expected,
      byDefault: inWords(defaults[name as keyof T]),
      ...(typeof described === 'string' ? { description: described } : described),
    };
  });
}

function inWords(value: unknown): string {
  if (value === undefined || value === '') return 'none';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.keys(value).length === 0 ? 'none' : JSON.stringify(value);
}

/** No warning shows more of a value. */
const MAX_VALUE = 100;

/** Warns of a wrong value of a variable: what was wrong, and what applies now. */
export const warnByTable =
  (table: readonly OptionEntry[]): Warn =>
  (name, expected, value) => {
    const entry = table.find(({ variable }) => variable === name);
    const now = entry?.otherwise ?? `using the default (${entry?.byDefault ?? 'none'})`;
    warnOnce(`${name}=${value.slice(0, MAX_VALUE)} is not ${expected}; ${now}`);
  };
