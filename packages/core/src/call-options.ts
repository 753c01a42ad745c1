/** Options of the calls within a function, in place of those of the instrumentation, or beside them. */
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

/** What {@link withLlmOptions} takes. */
export interface LlmOptions {
  /** The name of the spans. @default the operation and the model */
  readonly name?: string | undefined;
  /** Retries in place of the configured ones; false: the SDK's own. */
  readonly retry?: boolean | RetryOptions | undefined;
  /** Budgets that hold besides the configured ones; false: none holds, and the calls count in none. */
  readonly budget?: false | BudgetOptions | readonly BudgetOptions[] | undefined;
  /** Rate limits that hold besides the configured ones; false: none holds. */
  readonly rateLimit?: false | RateLimitOptions | readonly RateLimitOptions[] | undefined;
  /** Changes of the option `content`; false: no content is recorded. */
  readonly content?: false | ContentOptions | undefined;
  /** False: the calls have no cost, and spend nothing of a budget of money. */
  readonly cost?: boolean | undefined;
}

/** The same, checked. */
export interface CallOptions extends Partial<Pick<Resilience, 'retry'>> {
  readonly name?: string;
  readonly budget?: false | Resilience['budget'];
  readonly rateLimit?: false | Resilience['rateLimit'];
  readonly content?: ContentOptions;
  readonly cost?: boolean;
}

/**
 * Runs `fn`; these options hold for each LLM call within it, as far as the functions around set no others for the same
 * fields. The arguments of the SDK stay as they are. A wrong field has no effect and is one warning.
 *
 * @returns what `fn` returns.
 */
export function withLlmOptions<T>(options: LlmOptions, fn: () => T): T {
  const outer = scopeOf();
  const set = interned({ ...outer?.options, ...checkedOptions(options) });
  return runIn({ attributes: outer?.attributes, options: set }, fn);
}

/** The options that hold here. */
export const activeOptions = (): CallOptions | undefined => scopeOf()?.options;

const NO_VARIABLES = {};
const ignore = (): void => {};
const limitsOf = (given: ResilienceConfig): Resilience => resilienceOf(given, NO_VARIABLES, ignore);

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

function expected<T>(value: T | undefined, name: string, what: string, given: unknown): T {
  if (value !== undefined) return value;
  throw new TypeError(`Expected \`${name}\` to be ${what}, got ${shown(given)}.`);
}

function checkedOptions(given: unknown): CallOptions {
  const options: Record<string, unknown> = {};
  for (const [name, value] of isRecord(given) ? Object.entries(given) : [])
    if (value !== undefined) check(name, value, options);
  if (!isRecord(given)) refuse(new TypeError(`Expected the options to be an object, got ${shown(given)}.`));
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

/** How many values of options, and combinations of them, are known. */
const MAX = 1000;
/** Values that are written alike are one value: a budget that is written within a function has one state for all calls. */
const values = new Map<string, unknown>();
const combinations = new Map<string, CallOptions>();
const numbers = new WeakMap<object, number>();
let last = 0;

function numberOf(object: object): number {
  const number = numbers.get(object) ?? ++last;
  numbers.set(object, number);
  return number;
}

/** How a value is written; functions and other objects are told apart by their identity. */
const written = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => {
    const isOpaque = typeof one === 'function' || one instanceof RegExp;
    return isOpaque ? `#${numberOf(one)}` : one;
  });

const shared = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? one(values, written(value), value) : value;

/** The options are made of shared values, of which each has a number. */
const interned = (options: CallOptions): CallOptions => {
  const parts = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === 'object' ? numberOf(value) : value,
  ]);
  return one(combinations, JSON.stringify(parts.sort()), options);
};

function one<T>(known: Map<string, T>, key: string, value: T): T {
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

/** Whether the limits of an option may be kept for several processes: a function has no name that they share. */
export const sharedNameOf = (options: object): string | undefined => {
  const hasFunction = Object.values(options).some((value) => typeof value === 'function');
  if (hasFunction) return undefined;
  return sha256(JSON.stringify(options)).slice(0, 16);
};

/** The configuration of an instrumentation, with the options of a call. */
export const configWith = (config: CompleteConfig, options: CallOptions): CompleteConfig => ({
  ...config,
  retry: options.retry ?? config.retry,
  budget: added(config.budget, options.budget),
  rateLimit: added(config.rateLimit, options.rateLimit),
  content: contentWith(config.content, options.content),
});

const added = <T>(configured: readonly T[], own: false | readonly T[] | undefined): readonly T[] =>
  own === false ? [] : [...configured, ...(own ?? [])];

const contentWith = (configured: ResolvedContent, own: ContentOptions | undefined): ResolvedContent =>
  own ? resolveContent({ ...configured, ...own } as ContentOptions, NO_VARIABLES, ignore) : configured;
