/** Chat completions, and the legacy completions that share their shape. */
import {
  type Asked,
  answerFailure,
  copyWith,
  count,
  type Endpoint,
  fields,
  type LlmRequest,
  type LlmResponse,
  lookUp,
  name,
  number,
  objects,
  setEntry,
  strings,
} from '@llmtrace/core';
import { chatBilled, dialectOf, foldChatBilled, openAIStreamUsage, openAIUsage } from '@llmtrace/core/openai';
import { chatContent, completionsContent } from './content/chat.ts';

/** The last three: Mistral, whose model's length it is, Zhipu, and Together. */
const FINISH: Readonly<Record<string, string>> = {
  tool_calls: 'tool_call',
  function_call: 'tool_call',
  model_length: 'length',
  sensitive: 'content_filter',
  eos: 'stop',
};

/** The conventions' name of a finish reason; undefined while the choice has not ended. */
const finishReason = (reason: unknown): string | undefined => lookUp(FINISH, reason) ?? name(reason);

function outputType({ response_format: format, modalities }: any): LlmRequest['outputType'] {
  if (format?.type === 'json_object' || format?.type === 'json_schema') return 'json';
  if (Array.isArray(modalities) && modalities.includes('audio')) return 'speech';
  return format?.type === 'text' ? 'text' : undefined;
}

const request = (p: any): LlmRequest => ({
  model: name(p.model),
  stream: Boolean(p.stream),
  maxTokens: number(p.max_completion_tokens ?? p.max_tokens),
  temperature: number(p.temperature),
  topP: number(p.top_p),
  frequencyPenalty: number(p.frequency_penalty),
  presencePenalty: number(p.presence_penalty),
  seed: number(p.seed),
  stopSequences: strings(p.stop),
  choiceCount: number(p.n),
  outputType: outputType(p),
  reasoningLevel: name(p.reasoning_effort ?? p.reasoning?.effort),
  serviceTier: name(p.service_tier),
});

/** The finish reason of each choice, in the order of the choices. */
const finishReasons = (choices: unknown): LlmResponse['finishReasons'] =>
  Array.isArray(choices)
    ? (objects(choices).map((choice) => finishReason(choice.finish_reason)) as string[])
    : undefined;

/** How the called provider reports usage. */
export const dialect = (asked: Asked | undefined) => dialectOf(asked?.provider ?? 'openai');

const response = (r: any, asked?: Asked): LlmResponse => ({
  id: name(r.id),
  model: name(r.model),
  finishReasons: finishReasons(r.choices),
  ...chatBilled(r, openAIUsage(r.usage, dialect(asked)), asked),
  serviceTier: tier(r),
  systemFingerprint: name(r.system_fingerprint),
  failure: answerFailure(r),
});

/** The service tier; Mistral reports it in the usage. */
const tier = (r: any): string | undefined => name(r.service_tier) ?? name(r.usage?.service_tier);

/**
 * Folds a chunk. Most hosts send usage with the last chunk only; OpenAI does if `stream_options.include_usage` is
 * set.
 */
function chunk(soFar: LlmResponse, c: any, asked?: Asked): void {
  soFar.id ??= name(c.id);
  soFar.model ??= name(c.model);
  soFar.serviceTier = tier(c) ?? soFar.serviceTier;
  soFar.systemFingerprint = name(c.system_fingerprint) ?? soFar.systemFingerprint;
  const used = openAIStreamUsage(c);
  foldChatBilled(soFar, c, used && openAIUsage(used, dialect(asked)), asked);
  soFar.failure ??= answerFailure(c);
  for (const choice of objects(c.choices)) {
    const reason = finishReason(choice.finish_reason);
    if (reason === undefined) continue;
    soFar.finishReasons ??= [];
    setEntry(soFar.finishReasons, choice.index, reason);
  }
}

/** The arguments that request usage; undefined if the application itself set `include_usage`, even to false. */
function askUsage([p, ...rest]: readonly any[]): any[] | undefined {
  if (!p?.stream || p.stream_options?.include_usage !== undefined) return undefined;
  return [copyWith(p, { stream_options: { ...p.stream_options, include_usage: true } }), ...rest];
}

/** If usage is requested, each chunk has `usage: null`, but the last one has the usage and no choices. */
function dropUsage(chunk: any): boolean {
  if (chunk.usage && chunk.choices?.length === 0) return true;
  if (chunk.usage === null) delete chunk.usage;
  return false;
}

export const chat: Endpoint = {
  operation: 'chat',
  apiType: 'chat_completions',
  request: ([p]) => ({ ...request(fields(p)), messageCount: count(p?.messages) }),
  response,
  chunk,
  askUsage,
  dropUsage,
  content: chatContent,
};

export const completions: Endpoint = {
  operation: 'text_completion',
  request: ([p]) => ({ ...request(fields(p)), messageCount: count(p?.prompt) }),
  response,
  chunk,
  askUsage,
  dropUsage,
  content: completionsContent,
};
