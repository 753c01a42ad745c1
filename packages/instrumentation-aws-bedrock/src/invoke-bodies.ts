/**
 * Bodies of InvokeModel: each family of models has its own form, which the fields of a body show.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
 */
import {
  checkedUsage,
  count,
  type Endpoint,
  fields,
  finishBy,
  type LlmRequest,
  type LlmResponse,
  name,
  number,
  type Operation,
  objects,
  strings,
  tokenCount,
  type Usage,
  type Vendor,
} from '@llmtrace/core';
import { entry as anthropicEntry } from '@llmtrace/instrumentation-anthropic';
import { entry as openaiEntry } from '@llmtrace/instrumentation-openai';
import { converseBodies } from './converse.ts';

function endpointOf({ endpoints }: Vendor, path: string): Endpoint {
  const point = endpoints.find((candidate) => candidate.path === path && candidate.method === 'create');
  const endpoint = point?.endpoint([]);
  if (!endpoint) throw new Error(`no endpoint ${path}.create`);
  return endpoint;
}

export const messages = endpointOf(anthropicEntry.vendor, 'Messages');
const chat = endpointOf(openaiEntry.vendor, 'Chat.Completions');

/** The operation of a request. The model decides where the fields of two families are the same. */
export function operationOf(body: any, model: string): Operation {
  if (Array.isArray(body.messages) || typeof body.message === 'string') return 'chat';
  if (body.query !== undefined && Array.isArray(body.documents)) return 'rerank';
  if (isEmbedding(body, model)) return 'embeddings';
  const isImage = body.text_prompts ?? body.imageGenerationConfig ?? body.textToImageParams;
  if (isImage !== undefined || /^(?:[a-z-]+\.)?stability\.|image-generator|canvas/i.test(model))
    return 'generate_content';
  return 'text_completion';
}

/** Titan has `inputText` for texts and for embeddings: parameters of texts, or the model's name, show a text. */
const isEmbedding = (body: any, model: string): boolean =>
  /embed|marengo/i.test(model) ||
  Array.isArray(body.texts) ||
  body.input_type !== undefined ||
  (body.inputText !== undefined && body.textGenerationConfig === undefined && !/titan-t/.test(model));

/** The parameters of a request, by the names of all families. */
export function requestIn(body: any, model: string | undefined): LlmRequest {
  const nested = fields(body.inferenceConfig ?? body.textGenerationConfig);
  const p = { ...body, ...nested };
  return {
    model,
    maxTokens: number(
      p.max_tokens ??
        p.maxTokens ??
        p.max_gen_len ??
        p.maxTokenCount ??
        p.max_completion_tokens ??
        p.max_tokens_to_sample,
    ),
    temperature: number(p.temperature),
    topP: number(p.top_p ?? p.topP ?? p.p),
    topK: number(p.top_k ?? p.topK ?? p.k),
    seed: number(p.seed),
    stopSequences: strings(p.stop_sequences ?? p.stopSequences ?? p.stop),
    dimensions: number(body.dimensions ?? body.output_dimension),
    reasoningLevel: name(p.reasoning_effort),
    messageCount: count(body.messages ?? body.texts ?? body.inputText ?? body.prompt ?? body.message),
  };
}

const finishWord = finishBy({
  stop: 'stop',
  end_turn: 'stop',
  complete: 'stop',
  finish: 'stop',
  endoftext: 'stop',
  stop_sequence: 'stop',
  stop_criteria_met: 'stop',
  length: 'length',
  max_tokens: 'length',
  tool_calls: 'tool_call',
  tool_call: 'tool_call',
  tool_use: 'tool_call',
  content_filtered: 'content_filter',
  content_filter: 'content_filter',
  error: 'error',
  error_toxic: 'content_filter',
});

function finishOf(reasons: readonly unknown[]): string[] | undefined {
  const known = reasons.flatMap(
    (reason) => finishWord(typeof reason === 'string' ? reason.toLowerCase() : reason) ?? [],
  );
  return known.length > 0 ? known : undefined;
}

/** Whether it is Anthropic's answer, or an event of its stream. */
const isAnthropic = ({ type }: any): boolean =>
  typeof type === 'string' && /^(?:message|content_block|error$|ping$)/.test(type);
/** Whether it is Nova's answer, or an event of its stream: both have the form of Converse. */
const isNova = (b: any): boolean =>
  Boolean(b.output?.message ?? b.messageStart ?? b.contentBlockDelta ?? b.messageStop ?? b.metadata);
/**
 * Whether it has OpenAI's form, as most open-weight families. Others have `choices`, too, but another usage, or none and no
 * message (DeepSeek-R1: `choices: [{ text, stop_reason }]`).
 */
const isChat = ({ choices, usage }: any): boolean => {
  if (!Array.isArray(choices)) return false;
  if (usage !== undefined && usage !== null) return usage.prompt_tokens !== undefined;
  return choices.length === 0 || objects(choices).some(({ message, delta }) => message ?? delta);
};

/** Reads an answer of Titan, Llama, Mistral, Cohere or DeepSeek: a text, its finish reason, and some counts. */
function plainResponse(b: any): LlmResponse {
  const results = [
    ...objects(b.results),
    ...objects(b.outputs),
    ...objects(b.choices),
    ...objects(b.generations),
  ];
  const reasons = [b, ...results].map(
    (entry) => entry.completionReason ?? entry.stop_reason ?? entry.finish_reason ?? entry.stopReason,
  );
  const billed = fields(fields(b.meta).billed_units);
  return {
    id: name(b.generation_id ?? b.id),
    model: name(b.model),
    finishReasons: finishOf(reasons),
    usage: checkedUsage({
      inputTokens: tokenCount(b.prompt_token_count ?? b.inputTextTokenCount ?? billed.input_tokens),
      outputTokens: tokenCount(
        b.generation_token_count ?? b.totalOutputTextTokenCount ?? sumOf(results) ?? billed.output_tokens,
      ),
    }),
  };
}

/** The sum of the results' counts, which Titan reports. */
function sumOf(results: readonly any[]): number | undefined {
  const counts = results.map(({ tokenCount: tokens }) => tokenCount(tokens)).filter((n) => n !== undefined);
  return counts.length > 0 ? counts.reduce((sum, n) => sum + n, 0) : undefined;
}

export function responseIn(body: any, asked: Parameters<Endpoint['response']>[1]): LlmResponse {
  if (isAnthropic(body)) return messages.response(body, asked);
  if (isNova(body)) return converseBodies.response(body);
  return isChat(body) ? chat.response(body, asked) : plainResponse(body);
}

const METRICS = 'amazon-bedrock-invocationMetrics';

/** Folds an event of a stream. Bedrock adds its own counts to each stream's last event. */
export function eventIn(soFar: LlmResponse, event: any, asked: Parameters<Endpoint['response']>[1]): void {
  if (isAnthropic(event)) messages.chunk?.(soFar, event, asked);
  else if (isNova(event)) converseBodies.chunk(soFar, event);
  else if (isChat(event)) chat.chunk?.(soFar, event, asked);
  else addPlain(soFar, plainResponse(event));
  if (event[METRICS] && soFar.usage?.inputTokens === undefined)
    soFar.usage = { ...soFar.usage, ...metricsOf(event[METRICS]) };
}

function addPlain(soFar: LlmResponse, part: LlmResponse): void {
  soFar.id ??= part.id;
  soFar.model ??= part.model;
  soFar.finishReasons = part.finishReasons ?? soFar.finishReasons;
  soFar.usage = merged(soFar.usage, part.usage);
}

/** Llama reports input tokens in the first event only, and output tokens in each event. */
function merged(before: Usage | undefined, now: Usage | undefined): Usage | undefined {
  if (!before || !now) return now ?? before;
  const known = Object.entries(now).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(known) };
}

const metricsOf = (m: any): Usage | undefined =>
  checkedUsage({
    inputTokens: tokenCount(m.inputTokenCount),
    outputTokens: tokenCount(m.outputTokenCount),
  });
