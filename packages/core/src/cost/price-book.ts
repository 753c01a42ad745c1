/** The **price book**: the prices that ship with llmtrace, by provider and model. */
import { PRICES } from './prices.ts';
import { compilePrice, type Price, type PriceData } from './rates.ts';

/**
 * Which models a price is for, as a pattern: `=` the model's whole name, `^` its start, `$` its end, `~` any part
 * of it, `/` a regular expression. An array is any of its rules; `and` is all of them. Names are in lower case.
 */
type Rule = string | readonly Rule[] | { readonly and: readonly Rule[] };

interface Shelf {
  /** Providers whose prices hold for models that are not here. */
  readonly fallback: readonly string[];
  /** The first rule that matches decides. */
  readonly models: readonly (readonly [Rule, PriceData, string?])[];
}

/**
 * The book's names of providers, by `gen_ai.provider.name`
 * (https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/) where the two differ. The last ones
 * are the conventions' earlier names.
 */
const PROVIDERS: Readonly<Record<string, string>> = {
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'aws.bedrock': 'aws',
  'gcp.gemini': 'google',
  'gcp.vertex_ai': 'google',
  'gcp.gen_ai': 'google',
  mistral_ai: 'mistral',
  x_ai: 'x-ai',
  moonshot_ai: 'moonshotai',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  'az.ai.openai': 'azure',
  'az.ai.inference': 'azure',
  gemini: 'google',
  vertex_ai: 'google',
  xai: 'x-ai',
};

const shelves = new Map<string, Shelf>();

/**
 * The price of `model` at `provider` (a value of `gen_ai.provider.name`, or the book's own name of a provider),
 * or undefined where the book does not know it. It never looks for the model at providers that were not asked:
 * a custom provider's price of a well-known model is not known.
 * With a `tier`, only a price of just that service tier counts.
 */
export function shippedPrice(provider: string, model: string, tier?: string): Price | undefined {
  const id = providerId(provider);
  const shelf = shelfOf(id);
  if (shelf === undefined) return undefined;
  const name = modelName(model, id);
  if (tier !== undefined) {
    return found(shelf.models.find((one) => one[2] === tier && matches(one[0], `${name}:${tier}`)));
  }
  return found(find(shelf, name) ?? find(shelf, withDashedDate(name)));
}

/** Whether the book has prices of `provider`. */
export function isPricedProvider(provider: string): boolean {
  return Object.hasOwn(PRICES, providerId(provider));
}

function providerId(provider: string): string {
  return Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider]! : provider.toLowerCase();
}

/** Google writes where a model is beside its name: `models/…`, `publishers/google/models/…`, `google/…`. */
function modelName(model: string, provider: string): string {
  const name = model.toLowerCase().trim();
  return provider === 'google'
    ? name.replace(/^(?:(?:(?:projects|publishers)\/.*)?models\/|google\/)/, '')
    : name;
}

/** Some vendors write `-20260817` where others write `-2026-08-17`. */
function withDashedDate(name: string): string {
  return name.replace(/-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3');
}

function find(shelf: Shelf, name: string): Shelf['models'][number] | undefined {
  const own = shelf.models.find(([rule]) => matches(rule, name));
  if (own !== undefined) return own;
  for (const provider of shelf.fallback) {
    const other = shelfOf(provider)?.models.find(([rule]) => matches(rule, name));
    if (other !== undefined) return other;
  }
  return undefined;
}

function found(entry: Shelf['models'][number] | undefined): Price | undefined {
  return entry?.[1] ? compilePrice(entry[1], 'local') : undefined;
}

function matches(rule: Rule, name: string): boolean {
  if (typeof rule !== 'string') {
    return 'and' in rule
      ? rule.and.every((one) => matches(one, name))
      : rule.some((one) => matches(one, name));
  }
  const text = rule.slice(1);
  switch (rule[0]) {
    case '=':
      return name === text;
    case '^':
      return name.startsWith(text);
    case '$':
      return name.endsWith(text);
    case '~':
      return name.includes(text);
    default:
      return new RegExp(text).test(name);
  }
}

/** Parsed when it is first asked for: a process mostly speaks to one or two providers. */
function shelfOf(provider: string): Shelf | undefined {
  let shelf = shelves.get(provider);
  if (shelf === undefined && Object.hasOwn(PRICES, provider)) {
    shelf = JSON.parse(PRICES[provider]!) as Shelf;
    shelves.set(provider, shelf);
  }
  return shelf;
}
