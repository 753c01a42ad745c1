/**
 * Reads facts that gateways send only in headers: the cost (LiteLLM), an answer from a cache (Cloudflare, Helicone, Portkey), the
 * provider (Hugging Face), the cached tokens (Fireworks), and all tokens (Bedrock, Hugging Face's TGI and TEI).
 */
import type { LlmResponse } from '../model/call.ts';
import { MAX_TOKENS, name } from '../platform/bounds.ts';
import { isTokenCount, isUsd } from './values.ts';

/** The facts from the headers. */
export interface AnswerHeaders {
  readonly cost: number | undefined;
  readonly servedBy: string | undefined;
  readonly cachedTokens: number | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** The answer is from a gateway's cache: no provider has billed it. */
  readonly isCached: true | undefined;
  readonly serviceTier: string | undefined;
}

/**
 * Headers of gateways that tell whether the answer is from their cache.
 * https://developers.cloudflare.com/ai-gateway/features/caching/ · https://docs.helicone.ai/features/advanced-usage/caching ·
 * https://portkey.ai/docs/api-reference/inference-api/response-schema
 */
const CACHES = ['cf-aig-cache-status', 'helicone-cache', 'x-portkey-cache-status'];
/** Helicone adds its status to those of the answer that it kept. */
const HIT = /\bHIT\b/;

/** Of InvokeModel, with each form of body; of TGI, whose body counts the output at most; of TEI. */
const INPUTS = ['x-amzn-bedrock-input-token-count', 'x-prompt-tokens', 'x-compute-tokens'];
const OUTPUTS = ['x-amzn-bedrock-output-token-count', 'x-generated-tokens'];

/** @returns undefined where the headers say nothing of it. */
export function answerHeaders(headers: unknown): AnswerHeaders | undefined {
  const get = (headers as { get?: (name: string) => unknown } | null | undefined)?.get;
  if (typeof get !== 'function') return undefined;
  const numberIn = (name: string): number | undefined => positive(get.call(headers, name));
  const tokensIn = (name: string): number | undefined => {
    const value = numberIn(name);
    return isTokenCount(value) ? value : undefined;
  };
  const served = get.call(headers, 'x-inference-provider');
  const said = {
    // LiteLLM also sends 0 if it does not know the price.
    cost: numberIn('x-litellm-response-cost'),
    servedBy: typeof served === 'string' && /^[\w-]{1,50}$/.test(served) ? served.toLowerCase() : undefined,
    cachedTokens: tokensIn('fireworks-cached-prompt-tokens'),
    inputTokens: INPUTS.map(tokensIn).find((count) => count !== undefined),
    outputTokens: OUTPUTS.map(tokensIn).find((count) => count !== undefined),
    serviceTier: name(
      get.call(headers, 'x-gemini-service-tier') ?? get.call(headers, 'x-amzn-bedrock-service-tier'),
    ),
    isCached: CACHES.some((header) => HIT.test(String(get.call(headers, header)))) || undefined,
  };
  return Object.values(said).some((value) => value !== undefined) ? said : undefined;
}

function positive(text: unknown): number | undefined {
  const value = typeof text === 'string' && text !== '' ? Number(text) : Number.NaN;
  return value > 0 && value <= MAX_TOKENS ? value : undefined;
}

/** Merges the facts from headers with those of the body, which take precedence. */
export function addHeaders(
  response: LlmResponse,
  { cost, servedBy, cachedTokens, inputTokens, outputTokens, isCached, serviceTier }: AnswerHeaders,
): void {
  const { inputTokens: read, outputTokens: written = outputTokens } = response.usage ?? {};
  if (read === undefined && inputTokens !== undefined) {
    response.usage = { ...response.usage, inputTokens, outputTokens: written };
  }
  if (serviceTier !== undefined) response.serviceTier ??= serviceTier;
  if (isCached) response.usage = { ...response.usage, reportedCost: 0 };
  if (isUsd(cost) && response.usage?.reportedCost === undefined) {
    response.usage = { ...response.usage, reportedCost: cost };
  }
  if (servedBy !== undefined) {
    response.billing = { ...response.billing, provider: `huggingface_${servedBy}` };
  }
  const { usage } = response;
  const isPart = cachedTokens !== undefined && cachedTokens <= (usage?.inputTokens ?? -1);
  if (usage && isPart) usage.cacheReadTokens ??= cachedTokens;
}
