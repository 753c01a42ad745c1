/**
 * The **cost** of a call: what its usage costs at the price of its model, in USD. It is worked out offline, when
 * the call ends. What nobody knows is left out: a model without a price has no cost, never the cost 0.
 */
import { diag } from '@opentelemetry/api';
import type { Call, Cost, Usage } from '../model/call.ts';
import { show } from './custom-prices.ts';
import { type Found, findPrice } from './lookup.ts';
import { isPricedProvider } from './price-book.ts';
import { eventPrice, inputPrice, outputPrice, ratesFor } from './rates.ts';
import { tierOf } from './tier.ts';

export type { OwnPrice, PriceScope } from './custom-prices.ts';
export { clearPrices, type Found, findPrice, loadPrices, setPrice } from './lookup.ts';
export { PRICES_DATE, PRICES_VERSION } from './prices.ts';
export { type Price, priceOf } from './rates.ts';

/** What of a call its cost depends on. */
export type Priceable = Pick<Call, 'provider' | 'request' | 'response' | 'outcome'>;

export interface CostOptions {
  /**
   * The model behind a name of your own: `{ 'my-deployment': 'gpt-4o' }`. It is asked first, for the requested
   * model and then for the one that answered, and its word is final: where the model it names has no price, the
   * call has none. `provider:model` names a model of another provider than the one that is called
   * (`{ smart: 'anthropic:claude-sonnet-4-5' }` behind a gateway).
   * @default {}
   */
  readonly models?: Readonly<Record<string, string>> | undefined;
  /**
   * What a call costs that was served at a service tier (flex, priority, batch, …) for which neither you nor the
   * price book have prices: what it would cost at the standard tier, marked with `standardRates`; or nothing.
   * @default 'standard'
   */
  readonly otherTiers?: 'standard' | 'none';
  /** The clock for prices that depend on the date or the time of day, in ms since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface PricerOptions extends CostOptions {
  /** Runs for each call that reported tokens and could not be priced, for counting. */
  readonly onUnpriced?: (call: Readonly<Call>) => void;
}

const DEFAULTS: CostOptions = {};

/** How many models without a price are named in the debug log. */
const LINES = 1000;

/**
 * The cost of a call, or undefined where it reported no tokens or nobody knows the price. A cost that the
 * provider itself reports wins over every price. A call that the application left before its end has a `partial`
 * cost: that of the usage that was seen. A call that failed has none, though its usage may be known: whether a
 * vendor bills an answer that broke off is not.
 */
export function costOf(call: Priceable, options: CostOptions = DEFAULTS): Cost | undefined {
  const { usage } = call.response;
  if (usage === undefined) return undefined;
  const { reportedCost } = usage;
  if (reportedCost !== undefined && reportedCost >= 0 && Number.isFinite(reportedCost)) {
    return mark({ total: reportedCost, source: 'provider' }, call, false);
  }
  if (!hasTokens(usage) || call.outcome === 'failed') return undefined;
  const found = priceFor(call, options);
  if (found === undefined) return undefined;
  const { price, standardRates } = found;
  if (standardRates && options.otherTiers === 'none') return undefined;
  const rates = ratesFor(price, usage, options.now);
  const input = inputPrice(rates, usage);
  const output = outputPrice(rates, usage);
  const total = input + output + eventPrice(rates, usage);
  return Number.isFinite(total)
    ? mark({ total, input, output, source: price.source }, call, standardRates)
    : undefined;
}

/**
 * Makes what prices each call when it ends: {@link costOf}, and each model without a price is named once in the debug
 * log.
 * @throws TypeError where an option is wrong.
 */
export function pricer(given: PricerOptions = {}): (call: Readonly<Call>) => Cost | undefined {
  checkOptions(given);
  // Of most applications: nothing is then looked up in it.
  const options = Object.keys(given.models ?? {}).length > 0 ? given : { ...given, models: undefined };
  const named = new Set<string>();
  return (call) => {
    const cost = costOf(call, options);
    if (cost !== undefined || !hasTokens(call.response.usage) || call.outcome === 'failed') return cost;
    const model = call.response.model ?? call.request.model ?? 'a model without a name';
    const line = `llmtrace: no cost for ${model} of ${call.provider}: ${reason(call, options)}`;
    if (named.size < LINES && !named.has(line)) {
      named.add(line);
      diag.debug(line);
    }
    options.onUnpriced?.(call);
    return undefined;
  };
}

function hasTokens(usage: Usage | undefined): boolean {
  return usage !== undefined && (usage.inputTokens !== undefined || usage.outputTokens !== undefined);
}

function priceFor({ provider, request, response }: Priceable, { models }: CostOptions): Found | undefined {
  const tier = tierOf(response.serviceTier ?? request.serviceTier);
  const alias = models && (modelBehind(models, request.model) ?? modelBehind(models, response.model));
  if (alias === undefined) return findPrice(provider, response.model, request.model, tier);
  const colon = alias.indexOf(':');
  if (colon < 1 || !isPricedProvider(alias.slice(0, colon)))
    return findPrice(provider, alias, undefined, tier);
  return findPrice(alias.slice(0, colon), alias.slice(colon + 1), undefined, tier);
}

function modelBehind(models: Readonly<Record<string, string>>, name: string | undefined): string | undefined {
  return name !== undefined && Object.hasOwn(models, name) ? models[name] : undefined;
}

function mark(cost: Cost, call: Priceable, standardRates: boolean): Cost {
  if (call.outcome !== 'completed') cost.partial = true;
  if (standardRates) cost.standardRates = true;
  return cost;
}

function reason(call: Priceable, options: CostOptions): string {
  const found = priceFor(call, options);
  if (found === undefined) return 'its price is not known; setPrice() or a prices file can say it';
  if (found.standardRates && options.otherTiers === 'none')
    return 'the price of its service tier is not known';
  return 'the token counts that it reported contradict each other';
}

function checkOptions({ models = {}, otherTiers = 'standard', onUnpriced }: PricerOptions): void {
  if (typeof models !== 'object' || models === null || Array.isArray(models)) {
    throw new TypeError(`Expected \`models\` to be an object, got ${show(models)}.`);
  }
  for (const [name, model] of Object.entries(models)) {
    if (typeof model === 'string' && model) continue;
    throw new TypeError(`Expected \`models.${name}\` to be the name of a model, got ${show(model)}.`);
  }
  if (otherTiers !== 'standard' && otherTiers !== 'none') {
    throw new TypeError(`Expected \`otherTiers\` to be standard or none, got ${show(otherTiers)}.`);
  }
  if (onUnpriced !== undefined && typeof onUnpriced !== 'function') {
    throw new TypeError(`Expected \`onUnpriced\` to be a function, got ${show(onUnpriced)}.`);
  }
}
