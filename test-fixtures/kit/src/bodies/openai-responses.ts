/** Bodies of OpenAI's Responses: whole, as a sequence of events, and compacted. */
import type { Answer, VendorRequest } from '../server/routes.ts';
import {
  namedEvent,
  OPENAI_JSON,
  OPENAI_TEXT,
  openaiHeaders,
  responsesUsage,
  responsesUsageOf,
  sampleArguments,
  snapshot,
  streamError,
  type TypedEvent,
  tierOf,
  wordsOf,
} from './openai.ts';

type Item = { id: string; type: string; status: string } & Record<string, any>;

const FAILURE = { code: streamError.code, message: streamError.message };

const ENDINGS: Readonly<Record<string, { status: string; error?: object; incomplete_details?: object }>> = {
  failed: { status: 'failed', error: FAILURE },
  incomplete: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  filtered: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
};

/** The output item: the call of the offered tool, or a message if there is none or the request has its result. */
function itemOf(request: VendorRequest): Item {
  const { tools, input, text } = request.body;
  const { script } = request;
  if (script?.toolCall) {
    const { name, arguments: args } = script.toolCall;
    const call = { name, arguments: JSON.stringify(args), call_id: request.id('call_') };
    return { id: request.id('fc_'), type: 'function_call', status: 'completed', ...call };
  }
  if (script?.text !== undefined) return messageItem(request, script.text);
  const tool = tools?.find((candidate: any) => candidate.type === 'function');
  const answered = Array.isArray(input) && input.some(({ type }) => type === 'function_call_output');
  if (tool && !answered) {
    const call = {
      name: tool.name,
      arguments: sampleArguments(tool.parameters),
      call_id: request.id('call_'),
    };
    return { id: request.id('fc_'), type: 'function_call', status: 'completed', ...call };
  }
  const json = text?.format !== undefined && text.format.type !== 'text';
  return messageItem(request, json ? OPENAI_JSON : OPENAI_TEXT);
}

function messageItem(request: VendorRequest, text: string): Item {
  const part = { type: 'output_text', annotations: [], logprobs: [], text };
  return { id: request.id('msg_'), type: 'message', status: 'completed', role: 'assistant', content: [part] };
}

/** A response object as it is at the start of a stream. */
function begun(request: VendorRequest): Record<string, unknown> {
  const { body } = request;
  return {
    id: request.id('resp_'),
    object: 'response',
    created_at: request.created,
    status: 'in_progress',
    background: false,
    conversation: body.conversation === undefined ? null : { id: body.conversation.id ?? body.conversation },
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: snapshot(request.model),
    output: [],
    parallel_tool_calls: true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    service_tier: tierOf(request),
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: body.text?.format ?? { type: 'text' } },
    tool_choice: 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    usage: null,
    metadata: {},
  };
}

/** The response object at its end. */
function ended(start: Record<string, unknown>, item: Item, request: VendorRequest): Record<string, unknown> {
  const { ending } = request;
  if (ending === 'failed') return { ...start, ...ENDINGS[ending] };
  return {
    ...start,
    status: 'completed',
    ...ENDINGS[ending ?? ''],
    output: [item],
    usage: responsesUsageOf(request),
  };
}

export function response(request: VendorRequest): Answer {
  return { headers: openaiHeaders(request), json: ended(begun(request), itemOf(request), request) };
}

export function responseEvents(request: VendorRequest): Answer {
  const start = begun(request);
  const item = itemOf(request);
  const end = ended(start, item, request);
  const parts = item.type === 'message' ? messageEvents(item) : callEvents(item);
  const done = { type: 'response.output_item.done', output_index: 0, item };
  const sequence: TypedEvent[] = [
    { type: 'response.created', response: start },
    { type: 'response.in_progress', response: start },
    { type: 'response.output_item.added', output_index: 0, item: opened(item) },
    ...parts,
    ...(end['status'] === 'completed' ? [done] : []),
    { type: `response.${end['status']}`, response: end },
  ];
  const events = sequence.map((event, sequence_number) => namedEvent({ ...event, sequence_number }));
  return { headers: openaiHeaders(request), events };
}

const opened = (item: Item): object => ({
  ...item,
  status: 'in_progress',
  ...(item.type === 'message' ? { content: [] } : { arguments: '' }),
});

function messageEvents(item: Item): TypedEvent[] {
  const [part] = item['content'];
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  return [
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...wordsOf(part.text).map((delta) => ({
      type: 'response.output_text.delta',
      ...at,
      delta,
      logprobs: [],
    })),
    { type: 'response.output_text.done', ...at, text: part.text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
  ];
}

function callEvents(item: Item): TypedEvent[] {
  const at = { item_id: item.id, output_index: 0 };
  const args = item['arguments'];
  return [
    { type: 'response.function_call_arguments.delta', ...at, delta: args },
    { type: 'response.function_call_arguments.done', ...at, name: item['name'], arguments: args },
  ];
}

/** The event that interrupts a stream of responses. */
export const responseStreamError = (): string =>
  namedEvent({ ...streamError, type: 'error', sequence_number: 3 });

/** A compacted conversation. */
export function compaction(request: VendorRequest): Answer {
  return {
    headers: openaiHeaders(request),
    json: {
      id: request.id('resp_'),
      object: 'response.compaction',
      created_at: request.created,
      output: [{ id: request.id('cmp_'), type: 'compaction', encrypted_content: 'gAAAAABexample' }],
      usage: responsesUsage,
    },
  };
}
