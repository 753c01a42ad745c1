/** `ai.interactions`: a call of `create` is one call, though the SDK may send it in several requests. */
import {
  addResult,
  type Billing,
  count,
  type Endpoint,
  type Fees,
  fields,
  type LlmRequest,
  type LlmResponse,
  lookUp,
  metadataAttributes,
  name,
  number,
  objects,
  strings,
  tokenCount,
  type Usage,
} from '@llmtrace/core';
import { gemini } from '@llmtrace/core/gemini';
import { interactionContent } from './content/interactions.ts';

/** The usage of interactions and of decisions. */
export function usage(u: any): Usage | undefined {
  if (!u) return undefined;
  return gemini.tokens(
    {
      prompt: u.total_input_tokens,
      tools: u.total_tool_use_tokens,
      cached: u.total_cached_tokens,
      candidates: u.total_output_tokens,
      thoughts: u.total_thought_tokens,
      total: u.total_tokens,
    },
    {
      prompt: u.input_tokens_by_modality,
      tools: u.tool_use_tokens_by_modality,
      cached: u.cached_tokens_by_modality,
      candidates: u.output_tokens_by_modality,
    },
  );
}

/** An interaction has a status where content has finish reasons. Those that are not final have none. */
const FINISH: Readonly<Record<string, string>> = {
  completed: 'stop',
  requires_action: 'tool_call',
  incomplete: 'length',
  budget_exceeded: 'length',
  failed: 'error',
  cancelled: 'error',
};

function outputType(p: any): LlmRequest['outputType'] {
  const modalities = strings(p.response_modalities);
  if (modalities?.includes('audio')) return 'speech';
  if (modalities?.includes('image')) return 'image';
  const type = p.response_mime_type ?? p.response_format?.mime_type;
  return type === 'application/json' ? 'json' : undefined;
}

function request(p: any): LlmRequest {
  const config = fields(p.generation_config);
  return {
    model: gemini.model(p.model ?? p.agent),
    stream: Boolean(p.stream),
    maxTokens: number(config.max_output_tokens),
    temperature: number(config.temperature),
    topP: number(config.top_p),
    topK: number(config.top_k),
    seed: number(config.seed),
    stopSequences: strings(config.stop_sequences),
    outputType: outputType(p),
    reasoningLevel: name(config.thinking_level),
    previousResponseId: name(p.previous_interaction_id),
    serviceTier: name(p.service_tier),
    messageCount: count(p.input),
  };
}

const ended = (status: unknown): string[] | undefined => {
  const reason = lookUp(FINISH, status);
  return reason === undefined ? undefined : [reason];
};

/** The vendor's tool runs that are billed by count. */
function billed(u: any): Billing | undefined {
  const fees: Fees = {};
  for (const { type, count: times } of objects(u?.grounding_tool_count)) {
    const made = tokenCount(times);
    if (!made) continue;
    if (type === 'google_search') Object.assign(fees, { groundedPrompt: 1, groundedQuery: made });
    if (type === 'google_maps') fees.mapsPrompt = made;
  }
  return Object.keys(fees).length > 0 ? { fees } : undefined;
}

/** An answer that the SDK continued by further interactions has their ids, and the sum of their usage. */
const isContinued = ({ continuation_ids: ids }: any): boolean => Array.isArray(ids) && ids.length > 1;

/** Of an interaction that the vendor goes on with. */
const PENDING = new Set(['in_progress', 'queued']);

function response(r: any): LlmResponse {
  const billing = billed(r.usage);
  return {
    id: name(r.id),
    model: name(r.model),
    finishReasons: ended(r.status),
    usage: usage(r.usage),
    billing: isContinued(r) ? { ...billing, contextTokens: null } : billing,
    serviceTier: name(r.service_tier),
    isPending: PENDING.has(r.status) || undefined,
    failure: r.status === 'failed' ? (gemini.failure(r.error) ?? { code: 'failed' }) : undefined,
  };
}

/** The interactions before the one that the SDK goes on with, and that one; keyed by their joint response. */
const hops = new WeakMap<LlmResponse, { before: LlmResponse[]; last: LlmResponse }>();
/** The number of interactions of one call to keep apart. */
const MAX_HOPS = 100;

function addInteraction(soFar: LlmResponse, interaction: any): void {
  const next = response(interaction);
  const { before, last } = hops.get(soFar) ?? { before: [], last: {} };
  const isNext = next.id !== undefined && last.id !== undefined && next.id !== last.id && last.usage;
  if (isNext && before.length < MAX_HOPS) before.push(last);
  const used = next.usage
    ? next
    : { usage: isNext ? undefined : last.usage, billing: isNext ? undefined : last.billing };
  hops.set(soFar, { before, last: { ...next, usage: used.usage, billing: used.billing } });
  const { usage: _, billing: __, ...said } = next;
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  Object.assign(soFar, Object.fromEntries(known), { isPending: next.isPending });
  if (used.usage || before.length > 0) Object.assign(soFar, joint([...before, used]));
}

/** The usage of interactions, and the price of each. */
function joint(all: readonly LlmResponse[]): Pick<LlmResponse, 'usage' | 'billing'> {
  const [only, ...others] = all;
  if (others.length === 0) return { usage: only?.usage, billing: only?.billing };
  const whole: LlmResponse = {};
  for (const answer of all) if (answer.usage) addResult(whole, answer);
  return { usage: whole.usage, billing: whole.billing };
}

/** Each event contains the interaction so far. */
function chunk(soFar: LlmResponse, event: any): void {
  if (event.interaction) addInteraction(soFar, event.interaction);
  if (event.event_type === 'interaction.status_update') {
    soFar.finishReasons = ended(event.status) ?? soFar.finishReasons;
    soFar.isPending = PENDING.has(event.status) || undefined;
  }
  soFar.failure = gemini.failure(event.error) ?? soFar.failure;
}

/** The fields of every endpoint whose requests go through the SDK's second, generated client. */
export const resource = {
  operation: 'generate_content',
  withoutRetries([p, options, ...rest]: readonly any[], self: any) {
    const set = options?.retries ?? options?.maxRetries ?? self?._client?._options?.retry_config;
    const isSet = (set ?? undefined) !== undefined;
    return isSet ? undefined : [p, { ...options, retries: { strategy: 'none' } }, ...rest];
  },
} as const;

const create: Endpoint = {
  ...resource,
  request: ([p]) => request(fields(p)),
  attributes: ([p]) => metadataAttributes(p?.labels),
  response,
  chunk,
  content: interactionContent,
};

const { withoutRetries: _retries, content: _content, attributes: _attributes, ...unsaid } = create;

/** Reads an interaction that was made in the background, or continues its stream. */
const get: Endpoint = {
  ...unsaid,
  request: ([, query]) => ({ stream: query?.stream === true }),
  reads: { id: ([id]) => name(id), isBatch: false },
};

export const interactions = { create, get };
