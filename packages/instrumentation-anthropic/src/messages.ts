/** Messages: the stable API, the beta API, and the beta of prompt caching that early versions had. */
import {
  type Asked,
  count,
  type Endpoint,
  fields,
  type LlmRequest,
  type LlmResponse,
  name,
  number,
  strings,
} from '@llmtrace/core';
import { content } from './content.ts';
import { finishReasons } from './finish.ts';
import { billed, tier, usage, usageAtStart } from './usage.ts';

function request([params, options]: readonly any[]): LlmRequest {
  const p = fields(params);
  const format = p.output_config?.format ?? p.output_format;
  return {
    model: name(p.model),
    stream: Boolean(p.stream),
    maxTokens: number(p.max_tokens),
    temperature: number(p.temperature),
    topP: number(p.top_p),
    topK: number(p.top_k),
    stopSequences: strings(p.stop_sequences),
    outputType: format?.type === 'json_schema' ? 'json' : undefined,
    reasoningLevel: name(p.output_config?.effort),
    previousResponseId: name(p.thread?.previous_message_id),
    conversationId: name(options?.openTelemetry?.conversationId),
    serviceTier: name(p.service_tier),
    messageCount: count(p.messages),
  };
}

const response = (m: any, asked?: Asked): LlmResponse => ({
  id: name(m.id),
  model: name(m.model),
  finishReasons: finishReasons(m.stop_reason),
  usage: usage(m.usage),
  billing: billed(m, asked),
  serviceTier: name(tier(m.usage)),
  failure: failure(m),
});

/** A proxy may answer with status 200, and an error in the place of a message. */
const failure = ({ type, error }: any): LlmResponse['failure'] =>
  error ? error : type === 'error' ? { type: 'error' } : undefined;

/** `message_start` has all but the end; `message_delta` has that, and the usage as it is by then. */
function chunk(soFar: LlmResponse, event: any, asked?: Asked): void {
  switch (event.type) {
    case 'message_start':
      if (soFar.id !== undefined) break; // there is but one, unless a proxy has begun anew
      Object.assign(soFar, response(fields(event.message), asked), {
        usage: usageAtStart(event.message?.usage),
      });
      break;
    case 'content_block_start':
      // Another model has taken over from one that refused.
      if (event.content_block?.type === 'fallback') {
        soFar.model = name(event.content_block.to?.model) ?? soFar.model;
      }
      break;
    case 'message_delta':
      soFar.usage = usage(event.usage, soFar.usage) ?? soFar.usage;
      soFar.billing = billed(event, asked, soFar.billing);
      soFar.serviceTier = name(tier(event.usage)) ?? soFar.serviceTier;
      soFar.finishReasons = finishReasons(event.delta?.stop_reason) ?? soFar.finishReasons;
      break;
    case 'error': // the SDKs throw it; only a reader of the raw body gets this far
      soFar.failure = event.error ?? { type: 'error' };
      break;
  }
}

export const messages: Endpoint = {
  operation: 'chat',
  request,
  response,
  chunk,
  isHeartbeat: ({ type }) => type === 'ping',
  content,
};
