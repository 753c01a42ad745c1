/**
 * Several answers in one record: the results of a batch, the interactions that an SDK continued by itself. The tokens are
 * summed. The cost is not that of the sum: each model, region and context tier has a price of its own.
 */
import { type Billing, type Fees, hasTokens, type InnerCall, type Missing } from '../model/billing.ts';
import type { LlmResponse, Usage } from '../model/call.ts';
import { memo } from '../platform/memo.ts';

/** The numbers of input tokens at which prices of the price book change, in ascending order. */
export const CONTEXT_TIERS: readonly number[] = [
  100_000, 128_000, 199_999, 200_000, 271_999, 272_000, 512_000,
];

/** The number of prices to keep apart in one record. Results beyond it are marked as missing. */
const MAX_PRICES = 200;

/** The answers that were joined in one record. */
interface Joint {
  readonly usage: Usage;
  readonly billing: Billing & { inner: InnerCall[] };
  /** The calls of `billing.inner`, by {@link keyOf}. */
  readonly byKey: Map<string, InnerCall>;
}

const jointOf = memo(
  new WeakMap<LlmResponse, Joint>(),
  (): Joint => ({ usage: {}, billing: { tokens: null, inner: [] }, byKey: new Map() }),
);

/** Adds an answer to those that were added before. Their ids and finish reasons are not joined. */
export function addResult(soFar: LlmResponse, answer: LlmResponse): void {
  const { model, usage, billing = NO_BILLING, contradiction } = answer;
  const joint = jointOf(soFar);
  Object.assign(soFar, { usage: joint.usage, billing: joint.billing });
  soFar.model ??= model;
  joint.billing.provider ??= billing.provider;
  if (usage) add(joint.usage, usage);
  // Of the answers together the vendor states nothing; the calls below keep what it states of each.
  joint.usage.reportedCost = undefined;
  // Where parts are greater than their whole, it is not known which of the two is right.
  const outerCall = contradiction === 'parts' ? undefined : ownCall(answer);
  if (outerCall) addCall(joint, outerCall);
  for (const call of billing.inner ?? NO_CALLS)
    addCall(joint, { ...call, model: call.model ?? model, region: call.region ?? billing.region });
  if (contradiction !== undefined) miss(joint, 'usage');
  for (const what of billing.uncounted ?? NO_CALLS) miss(joint, what as Missing);
}

const NO_BILLING: Billing = {};
const NO_CALLS: readonly never[] = [];

function miss({ billing }: Joint, what: Missing): void {
  billing.uncounted ??= [];
  if (!billing.uncounted.includes(what)) billing.uncounted.push(what);
}

/** The answer itself, without the calls within it; undefined where it is not billed. */
function ownCall({ model, usage = {}, billing = NO_BILLING }: LlmResponse): InnerCall | undefined {
  const { tokens = usage, fees, region, contextTokens, isPrepaid } = billing;
  if (tokens === null || isPrepaid) return undefined;
  if (!hasTokens(tokens) && tokens.reportedCost === undefined && fees === undefined) return undefined;
  const input = contextTokens ?? tokens.inputTokens;
  return { model, usage: tokens, what: 'inner_model', fees, region, contextTokens: input };
}

function addCall(joint: Joint, call: InnerCall): void {
  const { billing, byKey } = joint;
  const { contextTokens = call.usage.inputTokens } = call;
  const key = keyOf(call, contextTokens);
  const alike = byKey.get(key);
  if (alike) addTo(alike, call);
  else if (byKey.size < MAX_PRICES) {
    const { usage, fees } = call;
    const first = { ...call, usage: { ...usage }, fees: fees && { ...fees }, contextTokens };
    byKey.set(key, first);
    billing.inner.push(first);
  } else miss(joint, call.what);
}

function addTo(alike: InnerCall, { usage, fees }: InnerCall): void {
  add(alike.usage, usage);
  if (alike.fees && fees) add(alike.fees, fees);
  else if (fees) alike.fees = { ...fees };
}

/** Calls with the same key have the same rates, and the same counts: what one lacks is not that of another. */
function keyOf({ model, region, usage, what }: InnerCall, contextTokens = 0): string {
  let key = `${model} ${region} ${what} `;
  for (const above of CONTEXT_TIERS) if (contextTokens > above) key += '+';
  for (const name of Object.keys(usage)) if (usage[name as keyof Usage] !== undefined) key += ` ${name}`;
  return key;
}

/** Adds counts, in place; a count that one of them lacks is that of the other. */
function add<T extends Usage | Fees>(counts: T, others: T): void {
  for (const name of Object.keys(others) as (keyof T)[]) {
    const other = others[name] as number | undefined;
    if (other !== undefined) (counts[name] as number) = ((counts[name] as number | undefined) ?? 0) + other;
  }
}
