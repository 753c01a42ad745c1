/**
 * **Option tables**: for each option its variable, its right values, its default and its description. The file of a
 * feature has the feature's rules and descriptions; warnings and README.md's table are made from them.
 */
import { warnOnce } from '../platform/warn.ts';
import type { Rule, Rules, Warn } from './rules.ts';

/** A row of an option table, for warnings and documents. */
export interface OptionEntry {
  /** The name in code: `retry.maxRetries`; absent if only a variable sets the option. */
  readonly option?: string;
  /** The variable that sets the option; absent if only code does. */
  readonly variable?: string;
  /** The description of the variable's right values: `a positive integer`. */
  readonly expected: string;
  /** The value that applies if the option is not set; `none` for no value. */
  readonly byDefault: string;
  /** The purpose of the option, in Markdown. Links are relative to the root of the repository. */
  readonly description: string;
  /** The effect of a wrong value, if that is not the default: `this entry is ignored`. */
  readonly otherwise?: string;
}

/** The description of an option; with it the texts that cannot be derived from its rule and its default. */
export type Described =
  | string
  | { readonly description: string; readonly byDefault?: string; readonly otherwise?: string };

export type Descriptions<T> = { readonly [name in keyof T]-?: Described };

/**
 * Makes the table of a feature.
 *
 * @param feature the name in code of the object around the options (`retry`); empty if there is none.
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

/** The number of characters of a value that a warning shows. */
const MAX_VALUE = 100;

/** Makes a function that warns of a variable's wrong value, with the value that applies now. */
export const warnByTable =
  (table: readonly Pick<OptionEntry, 'variable' | 'byDefault' | 'otherwise'>[]): Warn =>
  (name, expected, value) => {
    const entry = table.find(({ variable }) => variable === name);
    const now = entry?.otherwise ?? `using the default (${entry?.byDefault ?? 'none'})`;
    warnOnce(`${name}=${value.slice(0, MAX_VALUE)} is not ${expected}; ${now}`);
  };
