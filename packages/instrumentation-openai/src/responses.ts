/** The Responses API: creating and compacting a response, and both in their beta form. */
import {
  type Asked,
  answerFailure,
  count,
  type Endpoint,
  fields,
  type LlmRequest,
  type LlmResponse,
  lookUp,
  name,
  number,
  objects,
} from '@llmtrace/core';
import { openAIUsage, responseBilled } from '@llmtrace/core/openai';
import { dialect } from './chat.ts';
import { compactContent, responsesContent } from './content/responses.ts';

/** Calls that the application has to answer; those that the vendor runs itself end in an answer. */
const CLIENT_CALL = /^(function|custom_tool|computer|local_shell|shell|apply_patch)_call$/;

const isClientCall = (type: unknown): boolean => typeof type === 'string' && CLIENT_CALL.test(type);

const INCOMPLETE: Readonly<Record<string, string>> = { max_output_tokens: 'length' };

/** A response has a status where a completion has finish reasons; undefined while it is not final. */
function finishReason({ status, output, incomplete_details: incomplete }: any): string | undefined {
  switch (status) {
    case 'completed':
      return objects(output).some(({ type }) => isClientCall(type)) ? 'tool_call' : 'stop';
    case 'incomplete':
      return lookUp(INCOMPLETE, incomplete?.reason) ?? name(incomplete?.reason) ?? 'length';
    case 'failed':
    case 'cancelled':
      return 'error';
    case 'queued':
    case 'in_progress':
      return undefined;
    default:
      return name(status);
  }
}

/** Of a response that is made in the background. */
const isPending = ({ background, status }: any): boolean =>
  background === true && (status === 'queued' || status === 'in_progress');

/** The answer does not repeat it, so that only the call that ordered a response knows of its discount. */
function completionWindow({ background, background_options: options }: any): string | undefined {
  const window = background === true ? name(options?.completion_window) : undefined;
  return window === 'soonest' ? undefined : window;
}

function request(p: any): LlmRequest {
  const format = p.text?.format?.type;
  return {
    model: name(p.model),
    stream: Boolean(p.stream),
    maxTokens: number(p.max_output_tokens),
    temperature: number(p.temperature),
    topP: number(p.top_p),
    outputType: format === 'json_object' || format === 'json_schema' ? 'json' : undefined,
    reasoningLevel: name(p.reasoning?.effort),
    previousResponseId: name(p.previous_response_id),
    conversationId: name(p.conversation?.id ?? p.conversation),
    serviceTier: name(p.service_tier),
    completionWindow: completionWindow(p),
    messageCount: count(p.input),
  };
}

function response(r: any, asked?: Asked): LlmResponse {
  const reason = finishReason(r);
  return {
    id: name(r.id),
    model: name(r.model),
    finishReasons: reason === undefined ? undefined : [reason],
    ...responseBilled(r, openAIUsage(r.usage, dialect(asked))),
    serviceTier: name(r.service_tier),
    isPending: isPending(r) || undefined,
    conversationId: name(r.conversation?.id),
    failure: r.status === 'failed' ? (r.error ?? { code: 'failed' }) : answerFailure(r),
  };
}

/** Events carry the response as it is by then. An `error` event ends the stream, without an error in openai 5 and 6. */
function chunk(soFar: LlmResponse, event: any, asked?: Asked): void {
  if (event.response) Object.assign(soFar, response(event.response, asked));
  if (event.type === 'error')
    soFar.failure = event.error ?? { code: event.code ?? 'error', message: event.message };
}

const create: Endpoint = {
  operation: 'chat',
  apiType: 'responses',
  request: ([p]) => request(fields(p)),
  response,
  chunk,
  content: responsesContent,
};

/** Reads a response that was made in the background, or continues its stream. */
const { content: _said, ...unsaid } = create;
const retrieve: Endpoint = {
  ...unsaid,
  request: ([, query]) => ({ stream: query?.stream === true }),
  reads: { id: ([id]) => name(id), isBatch: false },
};

const { chunk: _streamed, ...unstreamed } = create;
const compact: Endpoint = { ...unstreamed, content: compactContent };

export const responses = { create, compact, retrieve };
