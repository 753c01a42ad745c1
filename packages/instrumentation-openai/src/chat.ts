/** Chat completions, and the legacy completions that share their shape. */
import {
  copyWith,
  count,
  type Endpoint,
  type LlmRequest,
  type LlmResponse,
  number,
  string,
  strings,
  type Usage,
} from '@llmtrace/core';
import { chatContent, completionsContent } from './content-chat.ts';

/** `usage` of chat, completions and embeddings: the details are parts of the totals. */
export function usage(u: any): Usage | undefined {
  if (!u) return undefined;
  const input = u.prompt_tokens_details;
  const output = u.completion_tokens_details;
  return {
    inputTokens: number(u.prompt_tokens),
    outputTokens: number(u.completion_tokens),
    cacheReadTokens: number(input?.cached_tokens),
    cacheWriteTokens: number(input?.cache_write_tokens),
    inputAudioTokens: number(input?.audio_tokens),
    inputTextTokens: number(input?.text_tokens),
    inputImageTokens: number(input?.image_tokens),
    reasoningTokens: number(output?.reasoning_tokens),
    outputAudioTokens: number(output?.audio_tokens),
    outputTextTokens: number(output?.text_tokens),
    reportedCost: number(u.cost), // OpenRouter's, in USD
  };
}

const FINISH: Readonly<Record<string, string>> = { tool_calls: 'tool_call', function_call: 'tool_call' };

const finishReason = (reason: string): string => FINISH[reason] ?? reason;

function outputType({ response_format: format, modalities }: any): LlmRequest['outputType'] {
  if (format?.type === 'json_object' || format?.type === 'json_schema') return 'json';
  if (Array.isArray(modalities) && modalities.includes('audio')) return 'speech';
  return format?.type === 'text' ? 'text' : undefined;
}

const request = (p: any): LlmRequest => ({
  model: string(p.model),
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
  reasoningLevel: string(p.reasoning_effort ?? p.reasoning?.effort),
  serviceTier: string(p.service_tier),
});

const response = (r: any): LlmResponse => ({
  id: string(r.id),
  model: string(r.model),
  finishReasons: r.choices?.map((choice: any) => finishReason(choice.finish_reason)),
  usage: usage(r.usage),
  serviceTier: string(r.service_tier),
  systemFingerprint: string(r.system_fingerprint),
});

/** Only the last chunk has usage, and only where `stream_options.include_usage` asks for it. */
function chunk(soFar: LlmResponse, c: any): void {
  soFar.id ??= string(c.id);
  soFar.model ??= string(c.model);
  soFar.serviceTier = string(c.service_tier) ?? soFar.serviceTier;
  soFar.systemFingerprint = string(c.system_fingerprint) ?? soFar.systemFingerprint;
  if (c.usage) soFar.usage = usage(c.usage);
  for (const choice of c.choices ?? []) {
    if (!choice.finish_reason) continue;
    soFar.finishReasons ??= [];
    soFar.finishReasons[choice.index] = finishReason(choice.finish_reason);
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
  request: ([p = {}]) => ({ ...request(p), messageCount: count(p.messages) }),
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
  request: ([p = {}]) => ({ ...request(p), messageCount: count(p.prompt) }),
  response,
  chunk,
  askUsage,
  dropUsage,
  content: completionsContent,
};
