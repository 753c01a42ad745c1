/**
 * Finds the price of a call. Precedence, highest first: {@link setPrice}, the prices file, the prices that ship with
 * llmtrace. Each is searched for the answering model, then for the requested model.
 */

import { warn } from '../platform/warn.ts';
import { type OwnEntry, type OwnPrice, ownEntry, type PriceScope, readPrices } from './custom-prices.ts';
import { type BookPrice, bookPrice, modelName, providerId } from './price-book.ts';
import type { Price } from './rates.ts';
import { STANDARD_TIER } from './tier.ts';

/** How many answers are remembered; when there are more, all are forgotten. Names of models come from outside. */
const LIMIT = 1000;

/** A price, and its unknown parts. */
export type Found = BookPrice;

type Models = Map<string, OwnEntry[]>;

/** The cached result of an earlier search. */
interface Memory {
  readonly provider: string;
  readonly answered: string | undefined;
  readonly requested: string | undefined;
  readonly tier: string;
  readonly prices: string | null;
  readonly region: string;
  readonly found: Found | undefined;
  /** Another one for the same model: by another provider, or requested by another name. */
  readonly next: Memory | undefined;
}

/** The user's prices, by precedence. */
const ownPrices: { set: Models; file: Models } = { set: new Map(), file: new Map() };
/** By the model that answered, or was requested where no answer names one. */
const memories = new Map<string, Memory>();
let remembered = 0;
/** What was found last: most applications ask for one model, and need no look into the table (some 4 ns of 38 a call). */
let last: Memory | undefined;

/**
 * Gives a model a price of your own. It holds from now on for calls that name the model exactly (in upper or
 * lower case), in the answer or in the request, and wins over the prices file and over the prices that ship with
 * llmtrace; only a cost that the provider itself reports wins over it. Said again for the same model and scope,
 * it replaces the price.
 *
 *     setPrice('my-model', { inputPer1M: 2.5, outputPer1M: 10, cacheReadPer1M: 0.25 });
 *     setPrice('my-model', { inputPer1K: 0.001, outputPer1K: 0.004 }, { provider: 'groq', serviceTier: 'flex' });
 *
 * @throws TypeError that names the field, where the price is not sound.
 */
export function setPrice(model: string, price: OwnPrice, scope: PriceScope = {}): void {
  add(ownPrices.set, ownEntry(model, price, scope));
  forget();
}

/**
 * Takes the prices of a JSON file, in place of those of the file before; {@link setPrice} wins over them, and they
 * win over the prices that ship with llmtrace. The file is read at once:
 *
 *     { "my-model": { "inputPer1M": 2.5, "outputPer1M": 10, "provider": "groq" } }
 *
 * A file that cannot be read, or that holds anything unsound, changes nothing: one warning names the file, the
 * model and the field.
 * @returns whether the file was taken.
 */
export function loadPrices(file: string): boolean {
  const models: Models = new Map();
  try {
    for (const entry of readPrices(file)) add(models, entry);
  } catch (error) {
    warn(`the prices file is ignored. ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
  ownPrices.file = models;
  forget();
  return true;
}

/** Removes the prices of {@link setPrice} and {@link loadPrices}. */
export function clearPrices(): void {
  ownPrices.set.clear();
  ownPrices.file.clear();
  forget();
}

/**
 * The price for a call of `answered` (the model that the answer names) or else of `requested`, at `provider`
 * (`gen_ai.provider.name`), a service tier as {@link tierOf} names it, by the price list of `prices`, in a `region`.
 * Undefined if it is unknown. The result is cached.
 */
export function findPrice(
  provider: string,
  answered: string | undefined,
  requested?: string | undefined,
  tier: string = STANDARD_TIER,
  prices: string | null = provider,
  region = '',
): Found | undefined {
  if (last && isOf(last, provider, answered, requested, tier, prices, region)) return last.found;
  const model = answered ?? requested ?? '';
  let memory = memories.get(model);
  while (memory && !isOf(memory, provider, answered, requested, tier, prices, region)) memory = memory.next;
  if (memory) {
    last = memory;
    return memory.found;
  }
  const found = resolve(provider, answered, requested, tier, prices, region);
  if (remembered >= LIMIT) forget();
  remembered += 1;
  const next = memories.get(model);
  memories.set(model, { provider, answered, requested, tier, prices, region, found, next });
  return found;
}

const isOf = (
  memory: Memory,
  provider: string,
  answered: string | undefined,
  requested: string | undefined,
  tier: string,
  prices: string | null,
  region: string,
): boolean =>
  memory.requested === requested &&
  memory.answered === answered &&
  memory.provider === provider &&
  memory.tier === tier &&
  memory.prices === prices &&
  memory.region === region;

function resolve(
  provider: string,
  answered: string | undefined,
  requested: string | undefined,
  tier: string,
  prices: string | null,
  region: string,
): Found | undefined {
  const price = ownPriceOf(provider, [answered, requested].filter(isName), tier);
  if (price !== undefined) return { price, standardRates: false };
  if (prices === null) return undefined;
  const found = namesFor(prices, answered, requested)
    .map((model) => bookPrice(prices, model, tier, region))
    .filter((candidate) => candidate !== undefined);
  return found.find(({ standardRates }) => !standardRates) ?? found[0];
}

const isName = (name: string | undefined): name is string => name !== undefined && name !== '';

/**
 * The names by which the price list of `prices` is asked. At Amazon's the name that is requested goes first: the
 * profile in it (`global.…`, `us.…`) has a price of its own, and answers leave it out.
 */
function namesFor(prices: string, answered: string | undefined, requested: string | undefined): string[] {
  if (providerId(prices) !== 'aws' || !isName(requested)) return [answered, requested].filter(isName);
  // An ARN without a model's name may be any profile, or prepaid capacity: the answer's bare name is not sufficient.
  return modelName(requested, 'aws') === undefined ? [] : [requested, answered].filter(isName);
}

function ownPriceOf(provider: string, names: readonly string[], tier: string): Price | undefined {
  for (const models of [ownPrices.set, ownPrices.file]) {
    for (const model of names) {
      const price = ownPrice(models, provider, model, tier);
      if (price !== undefined) return price;
    }
  }
  return undefined;
}

/** Of the prices that hold, one of just this tier is nearest, then one of just this provider. */
function ownPrice(models: Models, provider: string, model: string, tier: string): Price | undefined {
  const rank = (entry: OwnEntry) => (entry.serviceTier ? 2 : 0) + (entry.provider ? 1 : 0);
  return models
    .get(model.toLowerCase().trim())
    ?.filter((entry) => (entry.provider ?? provider) === provider && (entry.serviceTier ?? tier) === tier)
    .sort((a, b) => rank(b) - rank(a))[0]?.price;
}

function add(models: Models, entry: OwnEntry): void {
  const others = models.get(entry.model) ?? [];
  const kept = others.filter(
    (other) => other.provider !== entry.provider || other.serviceTier !== entry.serviceTier,
  );
  models.set(entry.model, [...kept, entry]);
}

function forget(): void {
  memories.clear();
  last = undefined;
  remembered = 0;
}
