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

const FINISH: Readonly<Record<string, string>> = { tool_calls: 'tool_call', function_call: 'tool_call' };

/** Undefined where a choice has not ended. */
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

/** One a choice, in their order. */
const finishReasons = (choices: unknown): LlmResponse['finishReasons'] =>
  Array.isArray(choices)
    ? (objects(choices).map((choice) => finishReason(choice.finish_reason)) as string[])
    : undefined;

/** The dialect of the provider that is asked. */
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

/** Mistral reports it in the usage. */
const tier = (r: any): string | undefined => name(r.service_tier) ?? name(r.usage?.service_tier);

/** Mostly the last chunk alone has usage, and with OpenAI only where `stream_options.include_usage` asks for it. */
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

/** Nothing where the application chose for itself, even `include_usage: false`. */
function askUsage([p, ...rest]: readonly any[]): any[] | undefined {
  if (!p?.stream || p.stream_options?.include_usage !== undefined) return undefined;
  return [copyWith(p, { stream_options: { ...p.stream_options, include_usage: true } }), ...rest];
}

/** With usage asked for, all chunks but the last say `usage: null`, and the last has no choices. */
function dropUsage(chunk: any): boolean {
  if (chunk.usage && chunk.choices?.length === 0) return true;
  if (chunk.usage === null) delete chunk.usage;
  return false;
}

export const chat: Endpoint = {
  operation: 'chat',
  apiType: 'chat_completions',
  // the first since 4.86, the second before
  files: ['resources/chat/completions/completions', 'resources/chat/completions'],
  className: 'Completions',
  path: 'Chat.Completions',
  method: 'create',
  request: ([p]) => ({ ...request(fields(p)), messageCount: count(p?.messages) }),
  response,
  chunk,
  askUsage,
  dropUsage,
  content: chatContent,
};

export const completions: Endpoint = {
  operation: 'text_completion',
  files: ['resources/completions'],
  className: 'Completions',
  path: 'Completions',
  method: 'create',
  request: ([p]) => ({ ...request(fields(p)), messageCount: count(p?.prompt) }),
  response,
  chunk,
  askUsage,
  dropUsage,
  content: completionsContent,
};
