/**
 * The **price book**: the prices that ship with llmtrace, by provider and model. It has two layers: the data that
 * `prices.ts` is generated from, and a hand-written overlay with missing prices: newer models, and amendments by
 * service tier and region.
 */
import type { Missing } from '../model/billing.ts';
import { OVERLAY, PRICES } from './prices.ts';
import { compilePrice, type Price, type PriceData, type RateData, type RatesData } from './rates.ts';
import { STANDARD_TIER } from './tier.ts';
import { UNITS } from './units.ts';

/**
 * Which models a price is for, as a pattern: `=` the model's whole name, `^` its start, `$` its end, `~` any part
 * of it, `/` a regular expression. An array is any of its rules; `and` is all of them. Names are in lower case.
 */
type Rule = string | readonly Rule[] | { readonly and: readonly Rule[] };

type Line = readonly [Rule, PriceData, string?];

interface Shelf {
  /** Providers whose prices apply to models that are missing here. */
  readonly fallback: readonly string[];
  /** The first rule that matches decides. */
  readonly models: readonly Line[];
}

/** How the price of a model differs under circumstances; all fields that are there hold. */
export interface Amendment {
  /** The service tiers that it applies to. */
  readonly t?: readonly string[];
  /** A rule for the region; without one it is true everywhere. */
  readonly p?: Rule;
  /** All rates of tokens, times this. */
  readonly f?: number;
  /** Rates that the data lacks. */
  readonly r?: RatesData;
  /** The price of a cache write for an hour, as a multiple of the input's, if the data lacks it. */
  readonly h?: number;
  /** The price is higher by an unknown amount. */
  readonly u?: Missing;
}

interface OverlayShelf {
  readonly models: readonly Line[];
  readonly amendments: readonly (readonly [Rule, Amendment])[];
}

const NO_OVERLAY: OverlayShelf = { models: [], amendments: [] };

/** A price, and the parts that the book lacks. */
export interface BookPrice {
  readonly price: Price;
  /** True where it is that of the standard tier, though the call was served at another. */
  readonly standardRates: boolean;
  readonly missing?: readonly Missing[] | undefined;
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
  z_ai: 'zai',
  zhipu: 'zhipuai',
  github_copilot: 'github-copilot',
};

const shelves = new Map<string, Shelf>();
const overlays = new Map<string, OverlayShelf>();

/**
 * The price of `model` at `provider` (a value of `gen_ai.provider.name`, or the book's own name of a provider),
 * served at a `tier` and in a `region`; undefined where the book does not know it. It never looks for the model at
 * providers that were not asked: a custom provider's price of a well-known model is not known.
 */
export function bookPrice(
  provider: string,
  model: string,
  tier: string = STANDARD_TIER,
  region = '',
): BookPrice | undefined {
  const id = providerId(provider);
  const name = modelName(model, id);
  if (name === undefined) return undefined;
  const line = lineOf(id, name, tier);
  if (!line?.[1]) return undefined;
  const amendments = overlayOf(id)
    .amendments.filter(([rule, what]) => holds(what, tier, region) && matches(rule, name))
    .map(([, what]) => what);
  const isTierKnown =
    tier === STANDARD_TIER || line[2] === tier || amendments.some(({ t }) => t !== undefined);
  const missing = amendments.flatMap(({ u }) => u ?? []);
  return {
    price: compilePrice(amended(line[1], amendments), 'local'),
    standardRates: !isTierKnown,
    ...(missing.length > 0 && { missing }),
  };
}

/** The price of `model` by the generated data alone, at the standard tier. */
export function dataPrice(provider: string, model: string): Price | undefined {
  const id = providerId(provider);
  const name = modelName(model, id);
  const line = name === undefined ? undefined : find(id, name, (shelf) => shelfOf(shelf)?.models ?? []);
  return line?.[1] ? compilePrice(line[1], 'local') : undefined;
}

function lineOf(provider: string, name: string, tier: string): Line | undefined {
  const ofTier =
    tier === STANDARD_TIER
      ? undefined
      : shelfOf(provider)?.models.find((line) => line[2] === tier && matches(line[0], `${name}:${tier}`));
  return ofTier ?? find(provider, name, linesOf);
}

/** The overlay takes precedence. */
const linesOf = (provider: string): readonly Line[] => {
  const { models } = overlayOf(provider);
  const shelf = shelfOf(provider)?.models ?? [];
  return models.length > 0 ? [...models, ...shelf] : shelf;
};

const holds = ({ t, p }: Amendment, tier: string, region: string): boolean =>
  (t === undefined || t.includes(tier)) && (p === undefined || matches(p, region));

/** The names of the providers that have prices in the book. */
export const pricedProviders = (): readonly string[] => [
  ...new Set([...Object.keys(PRICES), ...Object.keys(OVERLAY)]),
];

/** Whether the book has prices of `provider`. */
export function isPricedProvider(provider: string): boolean {
  const id = providerId(provider);
  return Object.hasOwn(PRICES, id) || Object.hasOwn(OVERLAY, id);
}

/** The book's own name of a provider. */
export function providerId(provider: string): string {
  return Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider]! : provider.toLowerCase();
}

/**
 * The name by which a provider's shelf has a model. Google writes where it is beside its name (`models/…`,
 * `publishers/google/models/…`, `google/…`), Hugging Face who serves it behind (`…:groq`), Amazon may give an ARN.
 * @returns undefined where it names no model: a profile of an application, a prompt, capacity that was bought
 */
export function modelName(model: string, provider: string): string | undefined {
  const name = model.toLowerCase().trim();
  if (provider === 'google')
    return name.replace(/^(?:(?:(?:projects|publishers)\/.*)?models\/|google\/)/, '');
  if (provider === 'aws') return bedrockName(name);
  return provider.startsWith('huggingface_') ? name.replace(/:[\w-]+$/, '') : name;
}

const ARN = /^arn(?::|%3a)/;
const NAMED_ARN = /(?::|%3a)(?:inference-profile|foundation-model)(?:\/|%2f)((?:[^/%]|%3a)+)$/;

const bedrockName = (name: string): string | undefined =>
  ARN.test(name) ? NAMED_ARN.exec(name)?.[1]?.replaceAll('%3a', ':') : name.replaceAll('%3a', ':');

/** Some vendors write `-20260817` where others write `-2026-08-17`. */
function withDashedDate(name: string): string {
  return name.replace(/-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3');
}

/** The entry of a model: the provider's own, else that of a provider whose prices apply there, too. */
function find(
  provider: string,
  name: string,
  linesOf: (provider: string) => readonly Line[],
): Line | undefined {
  return lineNamed(provider, name, linesOf) ?? lineNamed(provider, withDashedDate(name), linesOf);
}

function lineNamed(
  provider: string,
  name: string,
  linesOf: (provider: string) => readonly Line[],
): Line | undefined {
  for (const id of [provider, ...(shelfOf(provider)?.fallback ?? [])]) {
    const line = linesOf(id).find(([rule]) => matches(rule, name));
    if (line !== undefined) return line;
  }
  return undefined;
}

const TOKENS = new Set(UNITS.filter(({ kind }) => kind === 'token').map(({ code }) => code));

/** The rates after all amendments that apply to the call. */
function amended(data: NonNullable<PriceData>, amendments: readonly Amendment[]): NonNullable<PriceData> {
  if (amendments.length === 0) return data;
  if (!Array.isArray(data)) return amendedRates(data as RatesData, amendments);
  return data.map(([when, rates]) => [when, amendedRates(rates, amendments)] as const);
}

function amendedRates(data: RatesData, amendments: readonly Amendment[]): RatesData {
  let rates: Record<string, RateData> = { ...data };
  for (const { r, h } of amendments) {
    rates = { ...r, ...rates };
    if (h !== undefined && 'w' in rates) rates = { h: times(rates['i'] ?? 0, h), ...rates };
  }
  const factor = amendments.reduce((product, { f = 1 }) => product * f, 1);
  if (factor === 1) return rates;
  return Object.fromEntries(
    Object.entries(rates).map(([code, rate]) => [code, TOKENS.has(code) ? times(rate, factor) : rate]),
  );
}

/** Of a rate with context tiers, every other number is where one starts. */
const times = (rate: RateData, factor: number): RateData =>
  typeof rate === 'number' ? rate * factor : rate.map((value, i) => (i % 2 === 0 ? value * factor : value));

function matches(rule: Rule, name: string): boolean {
  if (typeof rule !== 'string') {
    return 'and' in rule
      ? rule.and.every((part) => matches(part, name))
      : rule.some((part) => matches(part, name));
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

/** Parsed at the first use: a process mostly calls one or two providers. */
function shelfOf(provider: string): Shelf | undefined {
  let shelf = shelves.get(provider);
  if (shelf === undefined && Object.hasOwn(PRICES, provider)) {
    shelf = JSON.parse(PRICES[provider]!) as Shelf;
    shelves.set(provider, shelf);
  }
  return shelf;
}

function overlayOf(provider: string): OverlayShelf {
  let overlay = overlays.get(provider);
  if (overlay === undefined && Object.hasOwn(OVERLAY, provider)) {
    overlay = JSON.parse(OVERLAY[provider]!) as OverlayShelf;
    overlays.set(provider, overlay);
  }
  return overlay ?? NO_OVERLAY;
}
