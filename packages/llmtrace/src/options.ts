/** Reads and checks the options of the commands, and suggests the right name of a misspelt one. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The error of wrong arguments; its message explains how to correct them. */
export class UsageError extends Error {}

export type OptionTable = NonNullable<ParseArgsConfig['options']>;
export type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

export interface Parsed {
  readonly values: Values;
  readonly positionals: readonly string[];
}

/** The number of letters to insert, remove or replace that turns one word into the other. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The longest part of a word that is compared. */
const LONGEST = 40;

/** The known word that is nearest to a misspelt one; undefined if none is near. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((each) => [distance(word.slice(0, LONGEST), each), each] as const)
    .sort((a, b) => a[0] - b[0]);
  return best && best[0] <= Math.max(2, Math.floor(word.length / 3)) ? best[1] : undefined;
}

const meant = (word: string, known: readonly string[]): string => {
  const best = suggestion(word, known);
  return best === undefined ? '' : ` Did you mean ${best}?`;
};

export const unknownCommand = (word: string, known: readonly string[]): UsageError =>
  new UsageError(
    `There is no command ${JSON.stringify(word)}.${meant(word, known)} llmtrace --help lists them.`,
  );

/** @throws UsageError for an option that does not exist, or that lacks its value. */
export function parsed(command: string, args: readonly string[], options: OptionTable): Parsed {
  const known = Object.keys(options);
  const unknown = args.find((word) => word.startsWith('--') && !known.includes(nameOf(word)));
  if (unknown !== undefined) {
    const words = known.map((name) => `--${name}`);
    throw new UsageError(
      `llmtrace ${command} has no option ${unknown.split('=', 1)[0]}.${meant(`--${nameOf(unknown)}`, words)} llmtrace ${command} --help lists them.`,
    );
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Values, positionals };
  } catch (error) {
    throw new UsageError(`${(error as Error).message} llmtrace ${command} --help lists the options.`);
  }
}

const nameOf = (word: string): string => word.slice(2).split('=', 1)[0] ?? '';

/** @throws UsageError for a value that is no whole number in the range. */
export function numberOf(
  values: Values,
  name: string,
  [least, most]: readonly [number, number],
): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}; it is ${String(value)}.`);
}
