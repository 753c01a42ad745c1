/**
 * Converse: one form of requests and answers for all chat models of Bedrock, the same in the SDK and in HTTP bodies.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
import {
  type Billing,
  checkedUsage,
  count,
  fields,
  finishBy,
  type LlmRequest,
  type LlmResponse,
  name,
  number,
  objects,
  strings,
  tokenCount,
  type Usage,
} from '@llmtrace/core';
import { content } from './converse-content.ts';

const finishReasons = finishBy({
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_call',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
  malformed_model_output: 'error',
  malformed_tool_use: 'error',
});

/** `inputTokens` excludes cache reads and cache writes. */
function usage(u: any): Usage | undefined {
  if (!u) return undefined;
  const read = tokenCount(u.cacheReadInputTokens);
  const written = tokenCount(u.cacheWriteInputTokens);
  const input = tokenCount(u.inputTokens);
  const hour = objects(u.cacheDetails).find(({ ttl }: any) => ttl === '1h') as any;
  return checkedUsage({
    inputTokens: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    outputTokens: tokenCount(u.outputTokens),
    cacheReadTokens: read,
    cacheWriteTokens: written,
    cacheWrite1hTokens: tokenCount(hour?.inputTokens),
  });
}

function request(input: unknown): LlmRequest {
  const p = fields(input);
  const config = fields(p.inferenceConfig);
  return {
    model: name(p.modelId),
    maxTokens: number(config.maxTokens),
    temperature: number(config.temperature),
    topP: number(config.topP),
    stopSequences: strings(config.stopSequences),
    serviceTier: name(fields(p.serviceTier).type),
    messageCount: count(p.messages),
  };
}

/** The answer has a model only if a prompt router chose it. */
function response(answer: unknown): LlmResponse {
  const { trace, stopReason, usage: counts } = fields(answer);
  return {
    model: routed(trace),
    finishReasons: finishReasons(stopReason),
    usage: usage(counts),
    serviceTier: tierOf(answer),
    billing: guarded(trace, stopReason),
  };
}

/** Optimized latency has a price of its own, like a service tier. */
function tierOf(answer: unknown): string | undefined {
  const { serviceTier, performanceConfig } = fields(answer);
  const { latency } = fields(performanceConfig);
  return latency === 'optimized' ? 'latency_optimized' : name(fields(serviceTier).type);
}

/** A guardrail is billed by what it read; the answer shows one only where it intervened, or is traced. */
const guarded = (trace: unknown, stopReason: unknown): Billing | undefined =>
  stopReason === 'guardrail_intervened' || fields(trace).guardrail ? { uncounted: ['guardrail'] } : undefined;

const routed = (trace: unknown): string | undefined =>
  name(fields(fields(trace).promptRouter).invokedModelId);

/** Folds an event: the usage follows the end of the message. */
function chunk(soFar: LlmResponse, event: any): void {
  if (event.messageStop) {
    const { stopReason } = event.messageStop;
    soFar.finishReasons = finishReasons(stopReason);
    soFar.billing = guarded(undefined, stopReason);
  }
  if (!event.metadata) return;
  soFar.usage = usage(event.metadata.usage);
  soFar.serviceTier = tierOf(event.metadata);
  soFar.model = routed(event.metadata.trace) ?? soFar.model;
  soFar.billing = guarded(event.metadata.trace, undefined) ?? soFar.billing;
}

/** The readers of Converse's bodies. */
export const converseBodies = { request, response, chunk, content } as const;
