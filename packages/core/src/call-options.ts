/** Options for the calls within a function. They replace the options of the instrumentation, or add to them. */
import { runIn, scopeOf } from './attribution/scope.ts';
import type { CompleteConfig } from './config.ts';
import { type ContentOptions, type ResolvedContent, resolveContent } from './content/options.ts';
import {
  type BudgetOptions,
  type RateLimitOptions,
  type Resilience,
  type ResilienceConfig,
  type RetryOptions,
  resilienceOf,
} from './interceptors/options.ts';
import { isRecord, quoted, shown, unknownField } from './options/rules.ts';
import { name as boundedName } from './platform/bounds.ts';
import { sha256 } from './platform/crypto.ts';
import { warnOnce } from './platform/warn.ts';

/** The argument of {@link withLlmOptions}. */
export interface LlmOptions {
  /** The name of the spans. @default the operation and the model */
  readonly name?: string | undefined;
  /** Retries in place of the configured ones; false: the SDK's own retries. */
  readonly retry?: boolean | RetryOptions | undefined;
  /** Budgets that apply besides the configured ones; false: no budget applies to the calls or counts them. */
  readonly budget?: false | BudgetOptions | readonly BudgetOptions[] | undefined;
  /** Rate limits that apply besides the configured ones; false: no rate limit applies. */
  readonly rateLimit?: false | RateLimitOptions | readonly RateLimitOptions[] | undefined;
  /** Changes of the option `content`; false: no content is recorded. */
  readonly content?: false | ContentOptions | undefined;
  /** False: the calls have no cost, and reduce no budget of money. */
  readonly cost?: boolean | undefined;
}

/** {@link LlmOptions} after their check. */
export interface CallOptions extends Partial<Pick<Resilience, 'retry'>> {
  readonly name?: string;
  readonly budget?: false | Resilience['budget'];
  readonly rateLimit?: false | Resilience['rateLimit'];
  readonly content?: ContentOptions;
  readonly cost?: boolean;
}

/**
 * Runs `fn`. These options apply to each LLM call within it; they replace the same fields of the functions around. The
 * arguments of the SDK stay as they are. A wrong field has no effect and is one warning.
 *
 * @returns the result of `fn`.
 */
export function withLlmOptions<T>(options: LlmOptions, fn: () => T): T {
  const outer = scopeOf();
  const set = interned({ ...outer?.options, ...checkedOptions(options) });
  return runIn({ attributes: outer?.attributes, options: set }, fn);
}

/** The options of the active scope. */
export const activeOptions = (): CallOptions | undefined => scopeOf()?.options;

const NO_VARIABLES = {};
const ignore = (): void => {};
const limitsOf = (config: ResilienceConfig): Resilience => resilienceOf(config, NO_VARIABLES, ignore);

const CHECKS: { readonly [name in keyof LlmOptions]-?: (value: unknown) => CallOptions[name] } = {
  name: (value) => expected(boundedName(value), 'name', 'a text', value),
  retry: (value) => limitsOf({ retry: shared(value) as RetryOptions }).retry,
  budget: (value) => value !== false && limitsOf({ budget: shared(value) as BudgetOptions }).budget,
  rateLimit: (value) =>
    value !== false && limitsOf({ rateLimit: shared(value) as RateLimitOptions }).rateLimit,
  content(value) {
    if (value === false) return NOTHING;
    resolveContent(value as ContentOptions, NO_VARIABLES, ignore);
    return shared(value) as ContentOptions;
  },
  cost: (value) => expected(typeof value === 'boolean' ? value : undefined, 'cost', 'a boolean', value),
};

const NOTHING: ContentOptions = { capture: 'NO_CONTENT' };

function expected<T>(value: T | undefined, name: string, description: string, input: unknown): T {
  if (value !== undefined) return value;
  throw new TypeError(`Expected \`${name}\` to be ${description}, got ${shown(input)}.`);
}

function checkedOptions(input: unknown): CallOptions {
  const options: Record<string, unknown> = {};
  if (!isRecord(input)) {
    refuse(new TypeError(`Expected the options to be an object, got ${shown(input)}.`));
    return options;
  }
  for (const [name, value] of Object.entries(input)) if (value !== undefined) check(name, value, options);
  return options;
}

function check(name: string, value: unknown, options: Record<string, unknown>): void {
  try {
    if (!Object.hasOwn(CHECKS, name))
      throw unknownField('the options', quoted(name), name, Object.keys(CHECKS));
    options[name] = CHECKS[name as keyof LlmOptions](value);
  } catch (error) {
    refuse(error);
  }
}

const refuse = (error: unknown): void =>
  warnOnce(`withLlmOptions(): ${(error as Error).message} It has no effect; the calls go on without it`);

/** The most values of options, and the most combinations of them, that are kept. */
const MAX = 1000;
/** Equal values are one object, so that a budget that a function writes anew at each run has one state for all runs. */
const values = new Map<string, unknown>();
const combinations = new Map<string, CallOptions>();
const numbers = new WeakMap<object, number>();
let last = 0;

function numberOf(object: object): number {
  const number = numbers.get(object) ?? ++last;
  numbers.set(object, number);
  return number;
}

/** A value as JSON, with a number in the place of each function and regular expression, which are equal only to themselves. */
const written = (value: unknown): string =>
  JSON.stringify(value, (_, field: unknown) => {
    const isOpaque = typeof field === 'function' || field instanceof RegExp;
    return isOpaque ? `#${numberOf(field)}` : field;
  });

const shared = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? sharedIn(values, written(value), value) : value;

/** The one object of equal options. The values of options are shared objects already, and each of these has a number. */
const interned = (options: CallOptions): CallOptions => {
  const parts = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === 'object' ? numberOf(value) : value,
  ]);
  return sharedIn(combinations, JSON.stringify(parts.sort()), options);
};

function sharedIn<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size < MAX) known.set(key, value);
  else
    warnOnce(
      `withLlmOptions() got more than ${MAX} different options: budgets and limits in further ones begin anew at each ` +
        'call. Write functions and lists in them once, outside of the function that calls',
    );
  return value;
}

/** The name of a limit that all processes share; undefined if it has a function, which no other process can name. */
export const sharedNameOf = (options: object): string | undefined => {
  const hasFunction = Object.values(options).some((value) => typeof value === 'function');
  if (hasFunction) return undefined;
  return sha256(JSON.stringify(options)).slice(0, 16);
};

/** The configuration of an instrumentation with the options of a call. */
export const configWith = (config: CompleteConfig, options: CallOptions): CompleteConfig => ({
  ...config,
  retry: options.retry ?? config.retry,
  budget: added(config.budget, options.budget),
  rateLimit: added(config.rateLimit, options.rateLimit),
  content: contentWith(config.content, options.content),
});

const added = <T>(configured: readonly T[], further: false | readonly T[] | undefined): readonly T[] =>
  further === false ? [] : [...configured, ...(further ?? [])];

const contentWith = (configured: ResolvedContent, changes: ContentOptions | undefined): ResolvedContent =>
  changes
    ? resolveContent({ ...configured, ...changes } as ContentOptions, NO_VARIABLES, ignore)
    : configured;
