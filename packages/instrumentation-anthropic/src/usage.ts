/** Token counts of messages. */
import {
  type Asked,
  type Billing,
  checkedUsage,
  type InnerCall,
  name,
  objects,
  tokenCount,
  type Usage,
} from '@llmtrace/core';
import { statedCost } from '@llmtrace/core/openai';

/**
 * The usage of a message, merged over that of earlier events of its stream: a field that is missing or null keeps its
 * earlier value. Anthropic's input tokens exclude cache reads and cache writes.
 *
 * Compaction and the advisor are not in it, nor in these totals: {@link billed} has them.
 */
export function usage(u: any, soFar: Usage = {}): Usage | undefined {
  if (!u) return undefined;
  const cacheRead = tokenCount(u.cache_read_input_tokens) ?? soFar.cacheReadTokens;
  const cacheWrite = tokenCount(u.cache_creation_input_tokens) ?? soFar.cacheWriteTokens;
  const uncached = tokenCount(u.input_tokens) ?? uncachedOf(soFar);
  return checkedUsage({
    inputTokens: uncached === undefined ? undefined : uncached + (cacheRead ?? 0) + (cacheWrite ?? 0),
    outputTokens: tokenCount(u.output_tokens) ?? soFar.outputTokens,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: tokenCount(u.cache_creation?.ephemeral_1h_input_tokens) ?? soFar.cacheWrite1hTokens,
    reasoningTokens: tokenCount(u.output_tokens_details?.thinking_tokens) ?? soFar.reasoningTokens,
    webSearches: tokenCount(u.server_tool_use?.web_search_requests) ?? soFar.webSearches,
    // A gateway's (OpenRouter's `/v1/messages`).
    reportedCost: statedCost(u) ?? soFar.reportedCost,
  });
}

/** The usage at the start of a stream, where all counts of the output are placeholders. */
export function usageAtStart(u: any): Usage | undefined {
  const all = usage(u);
  return all && { ...all, outputTokens: undefined, reasoningTokens: undefined };
}

const uncachedOf = ({ inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 }: Usage): number | undefined =>
  inputTokens === undefined ? undefined : inputTokens - cacheReadTokens - cacheWriteTokens;

/** The service tier as it affects the price: fast mode has separate prices, like a tier. */
export const tier = (u: any): unknown => (u?.speed === 'fast' ? u.speed : u?.service_tier);

/**
 * The other billed items of a message, merged over those of earlier events: the region, and the nested calls.
 * Compaction is a call of the requested model with a separate prompt; the advisor is another model. The answer of a
 * fallback is the message itself.
 */
export function billed(message: any, asked: Asked | undefined, soFar?: Billing): Billing | undefined {
  const usage = message.usage ?? {};
  // Behind another provider it does not name that provider's region.
  const geo = asked === undefined || asked.provider === 'anthropic' ? name(usage.inference_geo) : undefined;
  const region = geo ?? soFar?.region;
  const calls = innerCalls(usage.iterations, asked) ?? soFar?.inner;
  const rest = uncounted(message, usage) ?? soFar?.uncounted;
  return region || calls || rest ? { region, inner: calls, uncounted: rest } : undefined;
}

function innerCalls(iterations: unknown, asked: Asked | undefined): InnerCall[] | undefined {
  const calls = objects(iterations).flatMap((iteration): InnerCall | [] => {
    const used = usage(iteration);
    if (used === undefined) return [];
    if (iteration.type === 'compaction')
      return { model: asked?.request.model, usage: used, what: 'inner_model' };
    return iteration.type === 'advisor_message'
      ? { model: name(iteration.model), usage: used, what: 'inner_model' }
      : [];
  });
  return calls.length > 0 ? calls : undefined;
}

/**
 * A container is billed by the hour, which no answer counts, unless the answer's web tools make it free. A credit for
 * a fallback changes the cached part of the input.
 */
function uncounted({ container }: any, usage: any): Billing['uncounted'] {
  const { web_search_requests: searches, web_fetch_requests: fetches } = usage.server_tool_use ?? {};
  if (container?.id && !searches && !fetches) return ['code_execution'];
  // OpenRouter with a key of the application's own, whose bill it does not state.
  if (usage.is_byok === true && statedCost(usage) === undefined) return ['usage'];
  return usage.fallback_credit?.status?.type === 'redeemed' ? ['usage'] : undefined;
}
