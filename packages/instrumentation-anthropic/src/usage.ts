/** Token counts of messages. */
import { checkedUsage, tokenCount, type Usage } from '@llmtrace/core';

/**
 * The usage of a message, on top of what an earlier event of its stream said: what an event leaves out, or says
 * to be null, stays as it was. Anthropic's input leaves out what was read from and written to a cache.
 *
 * Compaction and the advisor are not in it, nor in these totals: they are calls of other models or prompts, each
 * with a usage of its own (`iterations`), which one model's price would not fit.
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
