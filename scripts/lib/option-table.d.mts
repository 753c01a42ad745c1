interface Option {
  readonly variable?: string;
  readonly expected: string;
  readonly byDefault: string;
  readonly description: string;
}

/** The text of README.md with the table of variables as the tables of `core` and of `auto` have them. */
export function withVariables(text: string, core: readonly Option[], auto: readonly Option[]): string;
