/** The Responses API: creating and compacting a response, and both in their beta form. */
import {
  checkedUsage,
  count,
  type Endpoint,
  type LlmRequest,
  type LlmResponse,
  number,
  reportedUsd,
  string,
  tokenCount,
  type Usage,
} from '@llmtrace/core';
import { compactContent, responsesContent } from './content-responses.ts';

function usage(u: any): Usage | undefined {
  if (!u) return undefined;
  return checkedUsage({
    inputTokens: tokenCount(u.input_tokens),
    outputTokens: tokenCount(u.output_tokens),
    cacheReadTokens: tokenCount(u.input_tokens_details?.cached_tokens),
    cacheWriteTokens: tokenCount(u.input_tokens_details?.cache_write_tokens),
    reasoningTokens: tokenCount(u.output_tokens_details?.reasoning_tokens),
    reportedCost: reportedUsd(u.cost), // OpenRouter's, in USD
  });
}

/** Calls that the application has to answer; those that the vendor runs itself end in an answer. */
const CLIENT_CALL = /^(function|custom_tool|computer|local_shell|shell|apply_patch)_call$/;

const INCOMPLETE: Readonly<Record<string, string>> = { max_output_tokens: 'length' };

/** A response has a status where a completion has finish reasons; undefined while it is not final. */
function finishReason({ status, output, incomplete_details: incomplete }: any): string | undefined {
  switch (status) {
    case 'completed':
      return output?.some((item: any) => CLIENT_CALL.test(item.type)) ? 'tool_call' : 'stop';
    case 'incomplete':
      return INCOMPLETE[incomplete?.reason] ?? incomplete?.reason ?? 'length';
    case 'failed':
    case 'cancelled':
      return 'error';
    case 'queued':
    case 'in_progress':
      return undefined;
    default:
      return string(status);
  }
}

function request(p: any): LlmRequest {
  const format = p.text?.format?.type;
  return {
    model: string(p.model),
    stream: Boolean(p.stream),
    maxTokens: number(p.max_output_tokens),
    temperature: number(p.temperature),
    topP: number(p.top_p),
    outputType: format === 'json_object' || format === 'json_schema' ? 'json' : undefined,
    reasoningLevel: string(p.reasoning?.effort),
    previousResponseId: string(p.previous_response_id),
    conversationId: string(p.conversation?.id ?? p.conversation),
    serviceTier: string(p.service_tier),
    messageCount: count(p.input),
  };
}

function response(r: any): LlmResponse {
  const reason = finishReason(r);
  return {
    id: string(r.id),
    model: string(r.model),
    finishReasons: reason === undefined ? undefined : [reason],
    usage: usage(r.usage),
    serviceTier: string(r.service_tier),
    conversationId: string(r.conversation?.id),
    failure: r.status === 'failed' ? (r.error ?? { code: 'failed' }) : undefined,
  };
}

/** Events carry the response as it is by then. An `error` event ends the stream, without an error in openai 5 and 6. */
function chunk(soFar: LlmResponse, event: any): void {
  if (event.response) Object.assign(soFar, response(event.response));
  if (event.type === 'error')
    soFar.failure = event.error ?? { code: event.code ?? 'error', message: event.message };
}

const create: Endpoint = {
  operation: 'chat',
  apiType: 'responses',
  files: ['resources/responses/responses'],
  className: 'Responses',
  path: 'Responses',
  method: 'create',
  since: '4.87.0',
  request: ([p = {}]) => request(p),
  response,
  chunk,
  content: responsesContent,
};

const { chunk: _streamed, ...unstreamed } = create;
const compact: Endpoint = { ...unstreamed, method: 'compact', since: '6.10.0', content: compactContent };

const beta = { files: ['resources/beta/responses/responses'], path: 'Beta.Responses', since: '6.49.0' };

export const responses: readonly Endpoint[] = [
  create,
  compact,
  { ...create, ...beta },
  { ...compact, ...beta },
];
