/**
 * The usage of OpenAI's family: chat, completions, responses, embeddings, images and audio, as OpenAI and all who
 * serve its API report it. Each has habits of its own; what the record holds is the same for all: the input includes
 * what came from and went to a cache, the output includes reasoning, and no part is greater than its whole.
 *
 * Nothing is subtracted. Where counts stand beside a whole instead of within it, the total is the witness; what no
 * rule explains is left as it was reported, and marked.
 */
import { diag } from '@opentelemetry/api';
import type { LlmResponse, Usage } from '../model/call.ts';
import type { UsageDialect } from './hosts.ts';
import { checkedUsage, fields, reportedUsd, tokenCount } from './values.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** Counts under way from what was reported to what is recorded. */
interface Counts {
  input: number | undefined;
  output: number | undefined;
  reasoning: number | undefined;
  readonly citation: number | undefined;
  readonly read: number | undefined;
  readonly write: number | undefined;
  /** What the total holds beyond the input and the output; undefined where there is no total. */
  readonly extra: number | undefined;
  /** The fields are those of chat, not of responses. */
  readonly isChat: boolean;
}

/** The usage of an answer, and whether it contradicts itself. */
export type UsageReading = Pick<LlmResponse, 'usage' | 'contradiction'>;

const NO_READING: UsageReading = {};

/**
 * Reads the usage object `u` of a provider with this `dialect`.
 * @returns nothing where there is none; a stream has one in its last chunk, found by {@link openAIStreamUsage}.
 */
export function openAIUsage(u: any, dialect: UsageDialect = 'openai'): UsageReading {
  if (!u || typeof u !== 'object') return NO_READING;
  const inside = insideOf(u);
  const outside = fields(u.completion_tokens_details ?? u.output_tokens_details);
  const counts = countsOf(u, inside, outside);
  const isExplained = explainReasoning(counts, dialect) || explainTotal(counts);
  addBeside(counts);
  const usage = checkedUsage({
    inputTokens: counts.input,
    outputTokens: counts.output,
    cacheReadTokens: counts.read,
    cacheWriteTokens: counts.write,
    inputAudioTokens: tokenCount(inside.audio_tokens),
    inputTextTokens: tokenCount(inside.text_tokens),
    inputImageTokens: tokenCount(inside.image_tokens),
    reasoningTokens: counts.reasoning,
    citationTokens: counts.citation,
    outputAudioTokens: tokenCount(outside.audio_tokens),
    outputTextTokens: tokenCount(outside.text_tokens),
    outputImageTokens: tokenCount(outside.image_tokens),
    webSearches: tokenCount(u.num_search_queries ?? u.connectors?.web_search),
    reportedCost: statedCost(u),
  });
  return soundParts(isExplained, usage);
}

/** The usage of embeddings: some providers count them in the total alone. */
export const openAIEmbeddingsUsage = (u: any, dialect?: UsageDialect): UsageReading =>
  openAIUsage(u && { ...u, prompt_tokens: u.prompt_tokens ?? u.input_tokens ?? u.total_tokens }, dialect);

/**
 * The usage object of a stream's chunk; undefined where it has none. A later one replaces an earlier one: what is
 * reported chunk by chunk is cumulative. Groq and Moonshot have places of their own for it.
 */
export const openAIStreamUsage = (chunk: any): any =>
  chunk.usage ?? chunk.x_groq?.usage ?? chunk.choices?.[0]?.usage ?? undefined;

/** Names: OpenAI, Mistral (twice), DeepSeek, Moonshot, Perplexity and Anthropic. */
const cacheReads = (u: any, inside: any): number | undefined =>
  tokenCount(
    inside.cached_tokens ??
      u.prompt_cache_hit_tokens ??
      u.cached_tokens ??
      u.num_cached_tokens ??
      inside.cache_read_input_tokens ??
      u.cache_read_input_tokens,
  );

/** Names: OpenAI and OpenRouter, Alibaba and Perplexity, LiteLLM, Anthropic. */
const cacheWrites = (u: any, inside: any): number | undefined =>
  tokenCount(
    inside.cache_write_tokens ??
      inside.cache_creation_input_tokens ??
      inside.cache_creation_tokens ??
      u.cache_creation_input_tokens,
  );

/** The details of the input, by the names of chat, of Mistral, of responses and of transcriptions. */
const insideOf = (u: any): any =>
  fields(
    u.prompt_tokens_details ?? u.prompt_token_details ?? u.input_tokens_details ?? u.input_token_details,
  );

function countsOf(u: any, inside: any, outside: any): Counts {
  const input = tokenCount(u.prompt_tokens ?? u.input_tokens);
  const output = tokenCount(u.completion_tokens ?? u.output_tokens);
  const total = tokenCount(u.total_tokens);
  return {
    input,
    output,
    reasoning: tokenCount(outside.reasoning_tokens ?? u.reasoning_tokens),
    citation: tokenCount(u.citation_tokens),
    read: cacheReads(u, inside),
    write: cacheWrites(u, inside),
    // Some proxies report a total of 0.
    extra: total ? total - (input ?? 0) - (output ?? 0) : undefined,
    isChat: (u.prompt_tokens ?? u.completion_tokens ?? undefined) !== undefined,
  };
}

/** Adds reasoning that is no part of the reported output. @returns whether there was any, which explains the total */
function explainReasoning(counts: Counts, dialect: UsageDialect): boolean {
  const tokens = reasoningBeside(counts, dialect);
  if (!(tokens > 0)) return false;
  counts.reasoning = tokens;
  counts.output = (counts.output ?? 0) + tokens;
  return true;
}

function reasoningBeside(counts: Counts, dialect: UsageDialect): number {
  const { reasoning, output = 0, extra = 0, isChat } = counts;
  if (reasoning === undefined) return dialect === 'google' ? extra : 0;
  if (extra !== 0) return extra === reasoning ? reasoning : 0;
  const hasWitness = counts.extra !== undefined && dialect !== 'perplexity';
  const isBeside = isChat && !hasWitness && (dialect === 'x_ai' || dialect === 'perplexity');
  return isBeside || reasoning > output ? reasoning : 0;
}

/** @returns whether the total is that of the parts, or there is none */
function explainTotal(counts: Counts): boolean {
  const { extra, read = 0, write = 0 } = counts;
  if (!extra) return true; // NaN where a count is none: what it is was reported where it was read
  if (extra !== read + write) return false;
  counts.input = (counts.input ?? 0) + extra;
  return true;
}

/** Adds what stands beside its whole, whatever the total: a cache greater than the input, and citations. */
function addBeside(counts: Counts): void {
  const { input = 0, output = 0, read = 0, citation = 0 } = counts;
  if (read > input) counts.input = input + read;
  if (citation > 0) counts.output = output + citation;
}

interface Whole {
  /** Whether the parts are no greater than it. It reads no field by a computed name, which takes long. */
  holds(usage: Usage): boolean;
  readonly parts: readonly (keyof Usage)[];
}

const WHOLES: readonly Whole[] = [
  {
    holds: ({ inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 }) =>
      cacheReadTokens + cacheWriteTokens <= inputTokens,
    parts: ['cacheReadTokens', 'cacheWriteTokens'],
  },
  {
    holds: ({ inputTokens = 0, inputTextTokens = 0, inputAudioTokens = 0, inputImageTokens = 0 }) =>
      inputTextTokens + inputAudioTokens + inputImageTokens <= inputTokens,
    parts: ['inputTextTokens', 'inputAudioTokens', 'inputImageTokens'],
  },
  {
    holds: ({ outputTokens = 0, reasoningTokens = 0, citationTokens = 0 }) =>
      reasoningTokens + citationTokens <= outputTokens,
    parts: ['reasoningTokens', 'citationTokens'],
  },
  {
    holds: ({ outputTokens = 0, outputTextTokens = 0, outputAudioTokens = 0, outputImageTokens = 0 }) =>
      outputTextTokens + outputAudioTokens + outputImageTokens <= outputTokens,
    parts: ['outputTextTokens', 'outputAudioTokens', 'outputImageTokens'],
  },
];

/** Parts that are greater than their whole become unknown, because either of the two may be wrong. */
function soundParts(isExplained: boolean, usage: Usage): UsageReading {
  let contradiction: LlmResponse['contradiction'] = isExplained ? undefined : 'total';
  for (const whole of WHOLES) {
    if (whole.holds(usage)) continue;
    for (const part of whole.parts) usage[part] = undefined;
    contradiction = 'parts';
  }
  if (contradiction === undefined) return { usage };
  diag.debug('llmtrace: the token counts of an answer contradict each other', usage);
  return { usage, contradiction };
}

/**
 * What the provider states that the call cost, in USD: xAI (in ticks of 1e-10), Perplexity (an object), OpenRouter
 * and others (a number), DeepInfra (an estimate). With a key of the application's own, OpenRouter's number is its fee
 * alone, and what the other provider bills stands beside it. A 0 beside such a bill is not believed.
 */
export function statedCost(u: any): number | undefined {
  const { cost, cost_in_usd_ticks: ticks } = u;
  if (typeof ticks === 'number') return reportedUsd(ticks / 1e10);
  if (cost !== null && typeof cost === 'object') return costWithCurrency(cost);
  const stated = reportedUsd(cost ?? u.estimated_cost);
  const upstream = reportedUsd(u.cost_details?.upstream_inference_cost);
  if (u.is_byok !== true) return stated === 0 && upstream ? undefined : stated;
  return upstream === undefined ? undefined : (stated ?? 0) + upstream;
}

const costWithCurrency = ({ currency = 'USD', total_cost: total }: any): number | undefined =>
  currency === 'USD' ? reportedUsd(total) : undefined;
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
