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

/**
 * The usage of a message, on top of what an earlier event of its stream said: what an event leaves out, or says
 * to be null, stays as it was. Anthropic's input leaves out what was read from and written to a cache.
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
  });
}

/** The usage at the start of a stream, where all counts of the output are placeholders. */
export function usageAtStart(u: any): Usage | undefined {
  const all = usage(u);
  return all && { ...all, outputTokens: undefined, reasoningTokens: undefined };
}

const uncachedOf = ({ inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 }: Usage): number | undefined =>
  inputTokens === undefined ? undefined : inputTokens - cacheReadTokens - cacheWriteTokens;

/** What the answer was served with, as far as it changes the price: fast mode has prices of its own, as tiers have. */
export const tier = (u: any): unknown => (u?.speed === 'fast' ? u.speed : u?.service_tier);

/**
 * What else a message is billed for, on top of what an earlier event of its stream said: the region, and the calls
 * within the call. Compaction is one of the model that was requested, with a prompt of its own; the advisor is another
 * model. The answer of a fallback is the message itself.
 */
export function billed(message: any, asked: Asked | undefined, soFar?: Billing): Billing | undefined {
  const usage = message.usage ?? {};
  // Behind another provider it says nothing of that one's regions.
  const geo = asked === undefined || asked.provider === 'anthropic' ? name(usage.inference_geo) : undefined;
  const region = geo ?? soFar?.region;
  const calls = innerCalls(usage.iterations, asked) ?? soFar?.inner;
  const rest = uncounted(message, usage) ?? soFar?.uncounted;
  return region || calls || rest ? { region, inner: calls, uncounted: rest } : undefined;
}

function innerCalls(iterations: unknown, asked: Asked | undefined): InnerCall[] | undefined {
  const calls = objects(iterations).flatMap((one): InnerCall | [] => {
    const used = usage(one);
    if (used === undefined) return [];
    if (one.type === 'compaction') return { model: asked?.request.model, usage: used, what: 'inner_model' };
    return one.type === 'advisor_message' ? { model: name(one.model), usage: used, what: 'inner_model' } : [];
  });
  return calls.length > 0 ? calls : undefined;
}

/**
 * A container is billed by the hour, which no answer counts, unless the answer's web tools make it free. A credit for
 * a fallback changes what of the input counts as cached.
 */
function uncounted({ container }: any, usage: any): Billing['uncounted'] {
  const { web_search_requests: searches, web_fetch_requests: fetches } = usage.server_tool_use ?? {};
  if (container?.id && !searches && !fetches) return ['code_execution'];
  return usage.fallback_credit?.status?.type === 'redeemed' ? ['usage'] : undefined;
}
