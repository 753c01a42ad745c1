/**
 * Gemini's requests and answers, which both of Google's SDKs share, and which neither instrumentation may take
 * from the other. It knows no SDK, only the API: https://ai.google.dev/api/generate-content
 */

import type { Fees } from '../model/billing.ts';
import type { LlmRequest, LlmResponse, Usage } from '../model/call.ts';
import { cut } from '../platform/bounds.ts';
import {
  checkedUsage,
  fields,
  lookUp,
  name,
  number,
  objects,
  setEntry,
  strings,
  tokenCount,
} from '../vendor/values.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** A model's name without the collection that the API puts it in: `models/gemini-2.5-flash`. */
export function model(value: unknown): string | undefined {
  const text = name(value);
  return text?.startsWith(COLLECTION) ? text.slice(COLLECTION.length) : text;
}

const COLLECTION = 'models/';

function outputType({ responseMimeType: type, responseModalities }: any): LlmRequest['outputType'] {
  const modalities = strings(responseModalities)?.map((modality) => modality.toUpperCase());
  if (modalities?.includes('AUDIO')) return 'speech';
  if (modalities?.includes('IMAGE')) return 'image';
  if (type === 'application/json') return 'json';
  return type === 'text/plain' ? 'text' : undefined;
}

/** The fields of a request besides its `generationConfig`. */
type Beside = Pick<LlmRequest, 'model' | 'stream' | 'serviceTier' | 'messageCount'>;

/** A request by its `generationConfig`; one object, since a copy of one with this many fields is slow to make. */
export const request = (config: any, beside: Beside): LlmRequest => requestOf(fields(config), beside);

const requestOf = (c: any, { model, stream, serviceTier, messageCount }: Beside): LlmRequest => ({
  model,
  stream,
  maxTokens: number(c.maxOutputTokens),
  temperature: number(c.temperature),
  topP: number(c.topP),
  topK: number(c.topK),
  frequencyPenalty: number(c.frequencyPenalty),
  presencePenalty: number(c.presencePenalty),
  seed: number(c.seed),
  stopSequences: strings(c.stopSequences),
  choiceCount: number(c.candidateCount),
  outputType: outputType(c),
  reasoningLevel: name(c.thinkingConfig?.thinkingLevel),
  serviceTier,
  messageCount,
});

/** The sum of the known counts; undefined if none is known. */
const sum = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : one + (other ?? 0);

/**
 * Thoughts are billed as output. They are reported separately from the candidates, but some backends include them
 * there; the total shows that.
 */
function outputTokens(
  input: number | undefined,
  candidates: number | undefined,
  thoughts: number | undefined,
  total: number | undefined,
): number | undefined {
  const included = candidates !== undefined && (input ?? 0) + candidates === total;
  return included ? candidates : sum(candidates, thoughts);
}

/** The modalities with separate prices, by the names of both APIs. */
const MODALITIES = new Map<unknown, keyof Counts>(
  (['text', 'audio', 'image', 'video'] as const).flatMap((name) => [
    [name, name],
    [name.toUpperCase(), name],
  ]),
);

type Counts = Record<'text' | 'audio' | 'image' | 'video', number | undefined>;

const NO_COUNTS: Readonly<Counts> = { text: undefined, audio: undefined, image: undefined, video: undefined };

/** Counts by modality, from a list of `{ modality, tokenCount }`, added to others. */
function byModality(list: any, others: Readonly<Counts> = NO_COUNTS): Readonly<Counts> {
  if (!Array.isArray(list) || list.length === 0) return others;
  const counts = { ...others };
  for (const { modality, tokenCount: tokensOfModality, tokens } of objects(list)) {
    const known = MODALITIES.get(modality);
    if (known) counts[known] = sum(counts[known], tokenCount(tokensOfModality ?? tokens));
  }
  return counts;
}

/** The counts of Google's APIs under all their names: each a number, or a list of numbers by modality. */
interface Counted {
  /** It includes the tokens read from a cache. */
  readonly prompt?: any;
  /** Results of the tools that the vendor ran, which are input too, and no part of the prompt. */
  readonly tools?: any;
  readonly cached?: any;
  /** It does not include the thoughts. */
  readonly candidates?: any;
  readonly thoughts?: any;
  readonly total?: any;
}

/** Both APIs' usage, from its counts and from the same by modality. */
export function tokens(
  { prompt, tools, cached, candidates, thoughts, total }: Counted,
  modalities: Counted,
): Usage {
  const inputTokens = sum(tokenCount(prompt), tokenCount(tools));
  const thoughtTokens = tokenCount(thoughts);
  const input = byModality(modalities.prompt, byModality(modalities.tools));
  const read = byModality(modalities.cached);
  const output = byModality(modalities.candidates);
  return checkedUsage({
    inputTokens,
    outputTokens: outputTokens(inputTokens, tokenCount(candidates), thoughtTokens, tokenCount(total)),
    cacheReadTokens: tokenCount(cached),
    reasoningTokens: thoughtTokens,
    inputTextTokens: input.text,
    inputAudioTokens: input.audio,
    inputImageTokens: input.image,
    inputVideoTokens: input.video,
    cacheReadTextTokens: read.text,
    cacheReadAudioTokens: read.audio,
    cacheReadImageTokens: read.image,
    cacheReadVideoTokens: read.video,
    outputTextTokens: output.text,
    outputAudioTokens: output.audio,
    outputImageTokens: output.image,
    outputVideoTokens: output.video,
  });
}

/** `usageMetadata`. */
export function usage(u: any): Usage | undefined {
  if (!u) return undefined;
  return tokens(
    {
      prompt: u.promptTokenCount,
      tools: u.toolUsePromptTokenCount,
      cached: u.cachedContentTokenCount,
      candidates: u.candidatesTokenCount,
      thoughts: u.thoughtsTokenCount,
      total: u.totalTokenCount,
    },
    {
      prompt: u.promptTokensDetails ?? u.promptTokenDetails, // the latter with embeddings
      tools: u.toolUsePromptTokensDetails,
      cached: u.cacheTokensDetails,
      candidates: u.candidatesTokensDetails,
    },
  );
}

/** Vertex AI has other names for the service tier. */
const TRAFFIC: Readonly<Record<string, string>> = {
  ON_DEMAND_PRIORITY: 'priority',
  ON_DEMAND_FLEX: 'flex',
  ON_DEMAND_OFFPEAK: 'offpeak',
};

const serviceTier = ({ serviceTier, trafficType }: any): string | undefined =>
  name(serviceTier) ?? lookUp(TRAFFIC, trafficType);

/**
 * The tier that served the request, which may be a lower one than it asked for
 * (https://ai.google.dev/gemini-api/docs/priority-inference). Of `@google/genai`, which hands the headers over.
 */
const tierInHeaders = ({ sdkHttpResponse: http }: any): string | undefined =>
  name(http?.headers?.['x-gemini-service-tier']);

/** Tokens of a throughput that was bought beforehand cost nothing by themselves. */
const isPrepaid = ({ trafficType }: any): boolean => trafficType === 'PROVISIONED_THROUGHPUT';

/** The queries that each answer was grounded by. */
const queries = new WeakMap<LlmResponse, Set<unknown>>();
const MAX_QUERIES = 1000;

/**
 * Grounding is billed by the prompt or by the query, as the model's generation has it: both are counted. A query that
 * a stream reports twice was made once.
 */
function addGrounding(soFar: LlmResponse, { candidates }: any): void {
  for (const { groundingMetadata: grounding } of objects(candidates)) {
    if (!grounding) continue;
    const made = queriesOf(soFar, grounding);
    if (made > 0) addFees(soFar, { groundedPrompt: 1, groundedQuery: made });
    if (objects(grounding.groundingChunks).some(({ maps }) => maps)) addFees(soFar, { mapsPrompt: 1 });
  }
}

function queriesOf(soFar: LlmResponse, { webSearchQueries }: any): number {
  const made = queries.get(soFar) ?? new Set();
  for (const query of listed(webSearchQueries)) if (made.size < MAX_QUERIES) made.add(query);
  queries.set(soFar, made);
  return made.size;
}

const listed = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value.slice(0, MAX_QUERIES) : [];

/** Replaces earlier counts of the same items by these. */
function addFees(soFar: LlmResponse, fees: Fees): void {
  soFar.billing = { ...soFar.billing, fees: { ...soFar.billing?.fees, ...fees } };
}

const FINISH: Readonly<Record<string, string>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  MALFORMED_FUNCTION_CALL: 'error',
  MALFORMED_RESPONSE: 'error',
};

/** One finish reason a candidate, as far as they are known; a prompt that was blocked has no candidates. */
function addFinishReasons(soFar: LlmResponse, { candidates, promptFeedback }: any): void {
  for (const [position, { finishReason, index }] of objects(candidates).entries()) {
    const reason = lookUp(FINISH, finishReason) ?? wordOf(finishReason);
    if (reason === undefined) continue;
    soFar.finishReasons ??= [];
    setEntry(soFar.finishReasons, index, reason, position);
  }
  if (promptFeedback?.blockReason && !candidates?.length) soFar.finishReasons ??= ['content_filter'];
}

/** An error in the place of an answer: its code is a status, its status is a word. */
export const failure = (error: any): LlmResponse['failure'] =>
  error
    ? { code: name(error.status) ?? wordOf(error.code) ?? 'error', message: failureText(error.message) }
    : undefined;

/** Enumerations come as words, and now and then as numbers. */
const wordOf = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : name(value);

/** Longer than any text that is recorded of an error. */
const MAX_FAILURE = 2000;

const failureText = (message: unknown): string | undefined =>
  typeof message === 'string' && message !== '' ? cut(message, MAX_FAILURE) : undefined;

/** Folds one `GenerateContentResponse` of a stream. Usage grows from one to the next: the last one holds. */
export function chunk(soFar: LlmResponse, c: any): void {
  soFar.id ??= name(c.responseId);
  soFar.model ??= name(c.modelVersion);
  const { usageMetadata } = c;
  const tier = tierInHeaders(c);
  if (tier !== undefined) soFar.serviceTier ??= tier;
  if (usageMetadata) {
    soFar.serviceTier = serviceTier(usageMetadata) ?? soFar.serviceTier;
    const counted = usage(usageMetadata);
    // Vertex AI begins with metadata that count nothing yet.
    if (counted?.inputTokens !== undefined || counted?.outputTokens !== undefined) soFar.usage = counted;
    if (isPrepaid(usageMetadata)) soFar.billing = { ...soFar.billing, isPrepaid: true };
  }
  addGrounding(soFar, c);
  addFinishReasons(soFar, c);
  if (c.error) soFar.failure = failure(c.error);
}

/** A whole `GenerateContentResponse`: a stream of one chunk. */
export function response(r: any): LlmResponse {
  const whole: LlmResponse = {};
  chunk(whole, r);
  return whole;
}
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
