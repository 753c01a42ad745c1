/**
 * The **cost** of a call: its usage at the price of its model, in USD. It is computed offline when the call ends.
 * Unknown prices are not estimated: a model without a price has no cost, never the cost 0.
 */
import { diag } from '@opentelemetry/api';
import {
  type Billing,
  type Fees,
  hasTokens,
  type InnerCall,
  isUnpriced,
  type Missing,
} from '../model/billing.ts';
import type { Call, Cost, Usage } from '../model/call.ts';
import { isLocalHost } from '../platform/local-host.ts';
import { facts } from '../platform/process-state.ts';
import { show } from './custom-prices.ts';
import { type Found, findPrice } from './lookup.ts';
import { isPricedProvider } from './price-book.ts';
import { OVERLAY_DATE, PRICES_DATE } from './prices.ts';
import {
  eventPrice,
  feesPrice,
  inputPrice,
  outputPrice,
  type Rates,
  ratesFor,
  unpricedFees,
} from './rates.ts';
import { isPrepaid, STANDARD_TIER, tierOf } from './tier.ts';

export type { OwnPrice, PriceScope } from './custom-prices.ts';
export { clearPrices, type Found, findPrice, loadPrices, setPrice } from './lookup.ts';
export { pricedProviders } from './price-book.ts';
export { OVERLAY_DATE, PRICES_DATE, PRICES_VERSION } from './prices.ts';
export { type Price, priceOf } from './rates.ts';

/** The facts of a call on which its cost depends. */
export type Priceable = Pick<
  Call,
  'provider' | 'request' | 'response' | 'outcome' | 'priceProvider' | 'region'
>;

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
 * The cost of a call, or undefined if it reported no billed item or the price is unknown. A cost that the provider
 * states takes precedence over every price, and nothing is added to it. A call that the application left before its
 * end has a `partial` cost: that of the usage received. A failed call has no cost even if its usage is known, because
 * it is unknown whether the vendor bills a broken answer.
 */
export function costOf(call: Priceable, options: CostOptions = DEFAULTS): Cost | undefined {
  const { usage, billing, contradiction } = call.response;
  const stated = usage?.reportedCost;
  if (stated !== undefined && stated >= 0 && Number.isFinite(stated)) {
    return mark({ total: stated, source: 'provider' }, call, undefined);
  }
  if (call.outcome === 'failed') return undefined;
  if (billing !== undefined || contradiction !== undefined) return costWithFees(call, options);
  return usage === undefined ? undefined : ownCost(call, usage, undefined, options);
}

const UNKNOWN_INPUT: readonly Missing[] = ['input_tokens'];

/** The cost of a call that is billed by more than its tokens, or by less. */
function costWithFees(call: Priceable, options: CostOptions): Cost | undefined {
  const { usage, billing = NO_BILLING, contradiction } = call.response;
  if (contradiction === 'parts' || billing.isPrepaid) return undefined;
  const { tokens = usage ?? NO_USAGE, fees, contextTokens, inner = NO_CALLS } = billing;
  const cost =
    tokens === null
      ? mark(emptyCost(), call, undefined)
      : ownCost(call, tokens, fees, options, contextTokens);
  if (cost === undefined) return undefined;
  const priced = inner.filter((innerCall) => addInner(cost, call, innerCall, options));
  if (tokens === null && priced.length === 0) return undefined;
  miss(cost, billing.uncounted);
  if (contradiction === 'total') miss(cost, ['usage']);
  return Number.isFinite(cost.total) ? cost : undefined;
}

const NO_CALLS: readonly InnerCall[] = [];

/** The cost of the call's model: its tokens, and its fees if it has any. */
function ownCost(
  call: Priceable,
  usage: Usage,
  fees: Fees | undefined,
  options: CostOptions,
  contextTokens: number | null | undefined = usage.inputTokens,
): Cost | undefined {
  const countsTokens = hasTokens(usage);
  if ((fees === undefined || countsTokens) && !isWhole(usage, call)) return undefined;
  const found = pricedAt(call, options);
  if (found === undefined) return undefined;
  const rates = ratesFor(found.price, contextTokens ?? 0, options.now);
  const input = inputPrice(rates, usage);
  const output = outputPrice(rates, usage);
  const feesCost = fees === undefined ? 0 : feesPrice(rates, fees);
  // A price by the hour says nothing of a call that counts tokens alone, nor does a price of tokens without any.
  if (!(feesCost > 0 || (rates.byTokens && countsTokens))) return undefined;
  const total = input + output + eventPrice(rates, usage) + feesCost;
  if (!Number.isFinite(total)) return undefined;
  const cost = mark({ total, input, output, source: found.price.source }, call, found);
  if (countsTokens) missTokens(cost, rates, usage, contextTokens);
  missSearches(cost, rates, usage);
  if (fees !== undefined) miss(cost, unpricedFees(rates, fees));
  return cost;
}

const NO_BILLING: Billing = {};
const NO_USAGE: Usage = {};

const emptyCost = (): Cost => ({ total: 0, input: 0, output: 0, source: 'local' });

const LONG_CONTEXT: readonly Missing[] = ['long_context'];

/**
 * Marks input that was not counted, and requests of a sum that may be so long that they cost more than by these rates,
 * which are those of short ones.
 */
function missTokens(
  cost: Cost,
  { next }: Rates,
  { inputTokens }: Usage,
  contextTokens: number | null | undefined,
): void {
  if (inputTokens === undefined) miss(cost, UNKNOWN_INPUT);
  else if (contextTokens === null && next !== undefined && inputTokens > next.above) miss(cost, LONG_CONTEXT);
}

/**
 * Adds a call that the vendor made within this one, which has a price of its own.
 * @returns whether the price is known.
 */
function addInner(
  cost: Cost,
  call: Priceable,
  { model, usage, what, fees, region: innerRegion, contextTokens }: InnerCall,
  options: CostOptions,
): boolean {
  const { request, response } = call;
  const { region, provider } = response.billing ?? NO_BILLING;
  const inner = costOf(
    {
      ...call,
      request: model === undefined ? request : { ...request, model },
      response: {
        ...response,
        model: model ?? response.model,
        usage,
        billing: { region: innerRegion ?? region, provider, fees, contextTokens },
        contradiction: undefined,
      },
      outcome: 'completed',
    },
    options,
  );
  if (inner === undefined) {
    miss(cost, [what]);
    return false;
  }
  cost.total += inner.total;
  if (cost.input !== undefined) cost.input += inner.input ?? 0;
  if (cost.output !== undefined) cost.output += inner.output ?? 0;
  if (inner.missing) miss(cost, inner.missing);
  if (inner.standardRates) cost.standardRates = true;
  return true;
}

/**
 * A stream that ended without the usage of its output has no cost, rather than that of its input. Gemini leaves a count
 * of 0 out, as for a blocked prompt: there a finish reason shows that the stream was whole.
 */
const isWhole = ({ inputTokens, outputTokens }: Usage, { request, response, outcome }: Priceable): boolean =>
  outputTokens !== undefined ||
  (inputTokens !== undefined && !(request.stream && outcome === 'completed' && !isFinished(response)));

const isFinished = ({ finishReasons }: Priceable['response']): boolean => (finishReasons?.length ?? 0) > 0;

function missSearches(cost: Cost, { webSearch, fileSearch }: Rates, usage: Usage): void {
  if ((usage.webSearches ?? 0) > 0 && webSearch < 0) miss(cost, ['web_search']);
  if ((usage.fileSearches ?? 0) > 0 && fileSearch < 0) miss(cost, ['file_search']);
}

/** Marks the missing part of a cost; the cost is then a lower bound. */
function miss(cost: Cost, what: readonly Missing[] | undefined): void {
  if (what === undefined || what.length === 0) return;
  cost.partial = true;
  cost.missing = [...new Set([...(cost.missing ?? []), ...what])];
}

/**
 * Makes what prices each call when it ends: {@link costOf}, and each model without a price is named once in the debug
 * log.
 * @throws TypeError where an option is wrong.
 */
export function pricer(options: PricerOptions = {}): (call: Readonly<Call>) => Cost | undefined {
  checkOptions(options);
  // Of most applications: nothing is then looked up in it.
  const costOptions =
    Object.keys(options.models ?? {}).length > 0 ? options : { ...options, models: undefined };
  const named = new Set<string>();
  return (call) => {
    if (isPrepaidCall(call)) call.response.billing = { ...call.response.billing, isPrepaid: true };
    const cost = costOf(call, costOptions);
    if (cost !== undefined || !isUnpriced(call)) return cost;
    nameUnpriced(call, costOptions, named);
    costOptions.onUnpriced?.(call);
    return undefined;
  };
}

/** @param named the lines so far: each is logged once. */
function nameUnpriced(call: Call, options: CostOptions, named: Set<string>): void {
  const model = call.response.model ?? call.request.model ?? 'a model without a name';
  const { why, cure } = reason(call, options);
  const line = `no cost for ${model} of ${call.provider}: ${why}`;
  if (named.size >= LINES || named.has(line)) return;
  named.add(line);
  diag.debug(`llmtrace: ${line}${cure ? `. ${cure}` : ''}`);
  if (cure && !isServedHere(call)) recordUnpriced(line, cure);
}

/** The price that is to be used; undefined also where there is none to use. */
function pricedAt(call: Priceable, options: CostOptions): Found | undefined {
  const found = priceFor(call, options);
  if (found === undefined) return undefined;
  return found.standardRates && options.otherTiers === 'none' ? undefined : found;
}

export const isPrepaidCall = ({ request, response }: Priceable): boolean =>
  response.billing?.isPrepaid === true || isPrepaid(tierOf(response.serviceTier ?? request.serviceTier));

/** The tier whose price applies. Discounts for later answers are on standard processing, which answers then report. */
function priceTier({ request, response }: Priceable): string {
  const tier = tierOf(response.serviceTier ?? request.serviceTier);
  const { completionWindow } = request;
  return tier === STANDARD_TIER && completionWindow !== undefined ? `background_${completionWindow}` : tier;
}

function priceFor(call: Priceable, { models }: CostOptions): Found | undefined {
  const { provider, request, response } = call;
  const tier = priceTier(call);
  if (tier !== STANDARD_TIER && isPrepaid(tier)) return undefined;
  const region = response.billing?.region ?? call.region ?? '';
  const alias = models && (modelBehind(models, request.model) ?? modelBehind(models, response.model));
  if (alias !== undefined) return priceOfAlias(provider, alias, tier, region);
  return findPrice(provider, response.model, request.model, tier, pricesOf(call), region);
}

/**
 * The price list that applies: that of the provider that the answer names, else that of the host; none at an unknown
 * host.
 */
const pricesOf = ({ provider, priceProvider, response }: Priceable): string | null =>
  response.billing?.provider ?? (priceProvider === undefined ? provider : priceProvider);

function priceOfAlias(provider: string, alias: string, tier: string, region: string): Found | undefined {
  const colon = alias.indexOf(':');
  if (colon < 1 || !isPricedProvider(alias.slice(0, colon)))
    return findPrice(provider, alias, undefined, tier, provider, region);
  const named = alias.slice(0, colon);
  return findPrice(named, alias.slice(colon + 1), undefined, tier, named, region);
}

function modelBehind(models: Readonly<Record<string, string>>, name: string | undefined): string | undefined {
  return name !== undefined && Object.hasOwn(models, name) ? models[name] : undefined;
}

function mark(cost: Cost, call: Priceable, found: Found | undefined): Cost {
  if (call.outcome !== 'completed') miss(cost, REST);
  if (found?.standardRates) cost.standardRates = true;
  if (found?.missing) miss(cost, found.missing);
  return cost;
}

/** The output after the application left the call. */
const REST: readonly Missing[] = ['output_tokens'];

/** Why a call has no cost; `cure` where the application can give its price. */
interface Reason {
  readonly why: string;
  readonly cure?: string;
}

function reason(call: Priceable, options: CostOptions): Reason {
  const found = priceFor(call, options);
  if (found === undefined) return pricesOf(call) === null ? UNKNOWN_HOST : UNKNOWN_MODEL;
  if (found.standardRates && options.otherTiers === 'none')
    return { why: 'the price of its service tier is not known' };
  if (call.response.contradiction === undefined && !isWhole(call.response.usage ?? NO_USAGE, call))
    return { why: 'its stream ended without the usage of its output' };
  return { why: 'the token counts that it reported contradict each other' };
}

const UNKNOWN_HOST: Reason = {
  why: 'llmtrace does not know whose prices hold at its host',
  cure: 'Name the provider whose prices hold there by LLMTRACE_PROVIDER_MAP=host=provider',
};

const UNKNOWN_MODEL: Reason = {
  why: `the price book of ${PRICES_DATE}, amended ${OVERLAY_DATE}, does not have it`,
  cure: 'Give its price by setPrice() or LLMTRACE_PRICES, or the model that it is by LLMTRACE_MODEL_MAP',
};

/** Whether a server of this machine has the model, of which no bill is expected. */
const isServedHere = (call: Call): boolean =>
  pricesOf(call) === null && isLocalHost(call.server?.address ?? '');

/** The doctor reads them. */
function recordUnpriced(line: string, cure: string): void {
  const shared = facts();
  shared.unpriced ??= new Map();
  if (shared.unpriced.size < LINES) shared.unpriced.set(line, cure);
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
