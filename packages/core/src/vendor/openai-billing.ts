/**
 * Reads the billed items of OpenAI's family besides the tokens of the usage: tools that the vendor runs, other models
 * within a call, seconds of audio, images.
 */
import type { Billing, InnerCall, Missing } from '../model/billing.ts';
import type { LlmResponse, Usage } from '../model/call.ts';
import { isObject, name, objects } from '../platform/bounds.ts';
import { openAIUsage, type UsageReading } from './openai-usage.ts';
import { tokenCount } from './values.ts';
import type { Asked } from './vendor.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** A usage and the other billed items of a response. */
export type BilledReading = Pick<LlmResponse, 'usage' | 'contradiction' | 'billing'>;

/** Of a chat completion, or the last chunk of one: its usage object, and what else is billed. */
export function chatBilled(body: any, read: UsageReading, asked: Asked | undefined): BilledReading {
  const stated = gatewayCost(body);
  if (stated !== undefined) read = { ...read, usage: { ...read.usage, reportedCost: stated } };
  if (hasSearched(body, asked)) read = { ...read, usage: withSearches(read.usage, 1) };
  const usage = body.usage ?? body.x_groq?.usage;
  const seconds = tokenCount(usage?.prompt_audio_seconds);
  const missing = unstated(usage, read);
  return {
    ...read,
    billing: billing({
      provider: servedBy(asked),
      fees: seconds ? { audioSecond: seconds } : undefined,
      ...compound(body, usage),
      uncounted: uncounted(hasTools(body) ? [...TOOLS, ...missing] : missing),
    }),
  };
}

const uncounted = (missing: readonly Missing[]): Missing[] | undefined =>
  missing.length > 0 ? [...new Set(missing)] : undefined;

const NOTHING: readonly Missing[] = [];

/** What is billed beside the tokens, and known only where the cost is stated: tools of xAI, a key of one's own. */
function unstated(usage: any, { usage: read }: UsageReading): readonly Missing[] {
  if (read?.reportedCost !== undefined) return NOTHING;
  const tools = usage?.server_side_tool_usage_details;
  const isByok = usage?.is_byok === true;
  if (!isObject(tools)) return isByok ? ['usage'] : NOTHING;
  const hasRun = Object.values(tools).some((count) => typeof count === 'number' && count > 0);
  return [...(hasRun ? TOOLS : []), ...(isByok ? (['usage'] as const) : [])];
}

/** Of a response: its usage, and what else is billed. */
export function responseBilled(body: any, read: UsageReading): BilledReading {
  read = withGatewayCost(body, read);
  const items = objects(body.output);
  const usage = withToolSearches(body, items, read.usage);
  const images = imageTool(body, items);
  const missing = [
    ...unstated(body.usage, read),
    ...(images === 'uncounted' ? (['image_generation'] as const) : []),
    ...(hasNewContainer(items) ? (['container'] as const) : []),
    ...(longCacheWrites(body.usage) ? (['cache_ttl'] as const) : []),
  ];
  return {
    ...read,
    usage,
    billing: billing({
      inner: typeof images === 'object' ? [images] : undefined,
      uncounted: uncounted(missing),
    }),
  };
}

/** Nothing where nothing is in it. */
export function billing(parts: Billing): Billing | undefined {
  return Object.values(parts).some((part) => part !== undefined) ? parts : undefined;
}

/** A usage with the cost that Vercel's gateway states beside it: of a response, or of embeddings. */
export function withGatewayCost(body: any, read: UsageReading): UsageReading {
  const stated = costOfGateway(body.provider_metadata ?? body.providerMetadata);
  return stated === undefined ? read : { ...read, usage: { ...read.usage, reportedCost: stated } };
}

function gatewayCost(body: any): number | undefined {
  const choice = body.choices?.[0];
  return costOfGateway((choice?.message ?? choice?.delta)?.provider_metadata ?? body.provider_metadata);
}

/**
 * The cost that Vercel's gateway reports as text in `provider_metadata`. With free credits it is 0, and the market price
 * stands beside it.
 */
export function costOfGateway(metadata: any): number | undefined {
  const gateway = metadata?.gateway;
  if (!isObject(gateway)) return undefined;
  const { cost, marketCost } = gateway as Record<string, unknown>;
  const [stated, market] = [usdOf(cost), usdOf(marketCost)];
  return stated === 0 ? market : stated;
}

const usdOf = (text: unknown): number | undefined => {
  const usd = typeof text === 'string' && text !== '' ? Number(text) : text;
  return typeof usd === 'number' && usd >= 0 && usd < 1e6 ? usd : undefined;
};

/** Chat models that search do so once a request, and say no more of it than the links that they cite. */
function hasSearched({ choices, model }: any, asked: Asked | undefined): boolean {
  const cites = objects(choices).some((choice) =>
    objects((choice.message ?? choice.delta)?.annotations).some(({ type }) => type === 'url_citation'),
  );
  return cites && /search/.test(`${asked?.request.model} ${name(model)}`);
}

/** The billing facts in chunks of a stream other than the one with its usage. */
const beside = new WeakMap<LlmResponse, Beside>();

interface Beside {
  readonly hasSearched: boolean;
  readonly hasTools: boolean;
  readonly stated: number | undefined;
}

/** Folds a chunk of a chat: its usage, where it has one, and what else is billed. */
export function foldChatBilled(
  soFar: LlmResponse,
  chunk: any,
  read: UsageReading | undefined,
  asked: Asked | undefined,
): void {
  const found = factsIn(chunk, asked);
  if (!found && !read) return;
  if (read) Object.assign(soFar, chatBilled(chunk, read, asked));
  const before = beside.get(soFar);
  const facts = found && before ? joined(before, found) : (found ?? before);
  if (!facts) return;
  beside.set(soFar, facts);
  addBeside(soFar, facts);
}

/** Undefined if there are none, as in nearly all chunks. */
function factsIn(chunk: any, asked: Asked | undefined): Beside | undefined {
  const stated = gatewayCost(chunk);
  const searched = hasSearched(chunk, asked);
  const ranTools = hasTools(chunk);
  return searched || ranTools || stated !== undefined
    ? { hasSearched: searched, hasTools: ranTools, stated }
    : undefined;
}

const joined = (before: Beside, now: Beside): Beside => ({
  hasSearched: before.hasSearched || now.hasSearched,
  hasTools: before.hasTools || now.hasTools,
  stated: now.stated ?? before.stated,
});

function addBeside(soFar: LlmResponse, { stated, hasSearched, hasTools }: Beside): void {
  if (stated !== undefined) soFar.usage = { ...soFar.usage, reportedCost: stated };
  if (!soFar.usage) return;
  if (hasSearched) soFar.usage = withSearches(soFar.usage, 1);
  if (!hasTools) return;
  const missing = uncounted([...(soFar.billing?.uncounted ?? []), ...TOOLS]);
  soFar.billing = { ...soFar.billing, uncounted: missing };
}

const withSearches = (usage: Usage | undefined, webSearches: number): Usage => ({
  ...usage,
  webSearches: Math.max(webSearches, usage?.webSearches ?? 0),
});

/** The tools that the vendor ran for a response, where the answer counts them, else its items. */
function withToolSearches(body: any, items: readonly any[], usage: Usage | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  const webSearches = tokenCount(body.tool_usage?.web_search?.num_requests) ?? countSearches(items);
  const fileSearches = items.filter(({ type }) => type === 'file_search_call').length;
  if (webSearches > 0) usage.webSearches = webSearches;
  if (fileSearches > 0) usage.fileSearches = fileSearches;
  return usage;
}

/** To open a page or to look for something within it is no search. */
const countSearches = (items: readonly any[]): number =>
  items.filter(({ type, action }) => type === 'web_search_call' && (action?.type ?? 'search') === 'search')
    .length;

/**
 * The tokens of the image tool, which are of a model of their own; none where nothing was drawn. The model is known
 * only if the request names it, because the vendor changes the default.
 */
function imageTool(
  { tool_usage: used, tools }: any,
  items: readonly any[],
): InnerCall | 'uncounted' | undefined {
  const { usage } = openAIUsage(used?.image_gen);
  const hasTokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0) > 0;
  const isUsed = hasTokens || items.some(({ type }) => type === 'image_generation_call');
  if (!isUsed) return undefined;
  const model = name(objects(tools).find(({ type }) => type === 'image_generation')?.model);
  if (!usage || !hasTokens || model === undefined) return 'uncounted';
  return { model, usage: allImage(usage), what: 'image_generation' };
}

/** Output tokens of an image model without a modality are image tokens. */
export const allImage = (usage: Usage): Usage =>
  usage.outputImageTokens === undefined && usage.outputTextTokens === undefined
    ? { ...usage, outputImageTokens: usage.outputTokens }
    : usage;

const MAX_CONTAINERS = 1000;
const containers = new Set<string>();

/** Whether the answer names a container that no answer before it did: one is billed once, however often it is used. */
function hasNewContainer(items: readonly any[]): boolean {
  let isNew = false;
  for (const { container_id, environment } of items) {
    const id = name(container_id) ?? name(environment?.container_id);
    if (id === undefined || containers.has(id)) continue;
    if (containers.size >= MAX_CONTAINERS) containers.clear();
    containers.add(id);
    isNew = true;
  }
  return isNew;
}

/** Cache writes that live 12 hours have a separate price, which is not known. */
const longCacheWrites = (usage: any): boolean =>
  (tokenCount(usage?.input_tokens_details?.cache_write_tokens_details?.ttl_12h_tokens) ?? 0) > 0;

/** Groq's compound systems ask several models, and have no price themselves. */
function compound(body: any, usage: any): Pick<Billing, 'inner' | 'tokens'> | undefined {
  const models = objects(
    (usage?.usage_breakdown ?? body.usage_breakdown ?? body.x_groq?.usage_breakdown)?.models,
  );
  if (models.length === 0) return undefined;
  const inner = models.map(
    (model): InnerCall => ({
      model: name(model.model),
      usage: openAIUsage(model.usage).usage ?? {},
      what: 'inner_model',
    }),
  );
  return { inner, tokens: null };
}

const TOOLS: readonly Missing[] = ['tools'];

/** Of Groq, which counts no tools. */
const hasTools = ({ choices }: any): boolean =>
  objects(choices).some(({ message, delta }) => objects((message ?? delta)?.executed_tools).length > 0);

/** Suffixes of Hugging Face's models that are ways to choose, and no provider. */
const CHOICES = new Set(['fastest', 'cheapest', 'preferred', 'auto']);

/** The provider that served a call through Hugging Face's router, if the request names it: `org/model:provider`. */
function servedBy(asked: Asked | undefined): string | undefined {
  if (asked?.provider !== 'hugging_face') return undefined;
  const [, provider] = /:([\w-]+)$/.exec(asked.request.model ?? '') ?? [];
  return provider === undefined || CHOICES.has(provider) ? undefined : `huggingface_${provider}`;
}
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
