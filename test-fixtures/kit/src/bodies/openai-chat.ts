/** Bodies of OpenAI's Chat Completions, whole and in chunks, and of the legacy Completions. */
import type { Answer, VendorRequest } from '../server/routes.ts';
import {
  chatUsageOf,
  dataEvent,
  OPENAI_JSON,
  OPENAI_TEXT,
  openaiHeaders,
  sampleArguments,
  snapshot,
  tierOf,
  wordsOf,
} from './openai.ts';

const FINGERPRINT = 'fp_3c9a51d7e2';

/** The content of an answer: the text or the call of a tool, and the finish reason. */
interface Spoken {
  text: string | null;
  toolCalls: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
  /** A call by the legacy `functions` of the API. */
  functionCall?: { name: string; arguments: string };
  finish: string;
}

const FINISH: Readonly<Record<string, string>> = { incomplete: 'length', filtered: 'content_filter' };

function scripted({ script, ...request }: VendorRequest): Spoken | undefined {
  const { text, toolCall } = script ?? {};
  if (toolCall) {
    const called = { name: toolCall.name, arguments: JSON.stringify(toolCall.arguments) };
    const call = { id: request.id('call_'), type: 'function' as const, function: called };
    return { text: text ?? null, toolCalls: [call], finish: 'tool_calls' };
  }
  return text === undefined
    ? undefined
    : { text, toolCalls: [], finish: FINISH[request.ending ?? ''] ?? 'stop' };
}

function spoken(request: VendorRequest): Spoken {
  const { body } = request;
  const wanted = scripted(request);
  if (wanted) return wanted;
  const offered = (body.tools ?? []).filter((tool: any) => tool.type === 'function');
  const tools = offered.flatMap((tool: any) => called(body.messages, tool.function) ?? []);
  if (tools.length > 0) {
    const toolCalls = (body.parallel_tool_calls === true ? tools : tools.slice(0, 1)).map((tool: any) => ({
      id: request.id('call_'),
      type: 'function' as const,
      function: tool,
    }));
    return { text: null, toolCalls, finish: 'tool_calls' };
  }
  const functionCall = called(body.messages, body.functions?.[0]);
  if (functionCall) return { text: null, toolCalls: [], functionCall, finish: 'function_call' };
  const json = body.response_format !== undefined && body.response_format.type !== 'text';
  return {
    text: json ? OPENAI_JSON : OPENAI_TEXT,
    toolCalls: [],
    finish: FINISH[request.ending ?? ''] ?? 'stop',
  };
}

/** The call of the offered tool; undefined if there is none, or if the request has its result. */
function called(messages: any[], tool: any): { name: string; arguments: string } | undefined {
  if (!tool || messages.some(({ role }) => role === 'tool' || role === 'function')) return undefined;
  return { name: tool.name, arguments: sampleArguments(tool.parameters) };
}

const choicesOf = <T>({ body }: VendorRequest, make: (index: number) => T): T[] =>
  Array.from({ length: body.n ?? 1 }, (_, index) => make(index));

export function chatCompletion(request: VendorRequest): Answer {
  const { text, toolCalls, functionCall, finish } = spoken(request);
  const message = {
    role: 'assistant',
    content: text,
    refusal: null,
    annotations: [],
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
    ...(functionCall ? { function_call: functionCall } : {}),
  };
  const choices = choicesOf(request, (index) => ({ index, message, logprobs: null, finish_reason: finish }));
  return {
    headers: openaiHeaders(request),
    json: {
      id: request.id('chatcmpl-'),
      object: 'chat.completion',
      created: request.created,
      model: snapshot(request.model),
      choices,
      usage: chatUsageOf(request),
      service_tier: tierOf(request),
      system_fingerprint: FINGERPRINT,
    },
  };
}

export function chatChunks(request: VendorRequest): Answer {
  const counted = request.body.stream_options?.include_usage === true;
  const head = {
    id: request.id('chatcmpl-'),
    object: 'chat.completion.chunk',
    created: request.created,
    model: snapshot(request.model),
    service_tier: tierOf(request),
    system_fingerprint: FINGERPRINT,
  };
  const more = counted ? { usage: null } : {};
  const said = spoken(request);
  const deltas = deltasOf(said);
  const chunk = (delta: object, finish_reason: string | null) =>
    choicesOf(request, (index) => ({
      ...head,
      choices: [{ index, delta, logprobs: null, finish_reason }],
      ...more,
    }));
  const chunks = [...deltas.flatMap((delta) => chunk(delta, null)), ...chunk({}, said.finish)];
  const usage = counted ? [{ ...head, choices: [], usage: chatUsageOf(request) }] : [];
  // Azure first sends the result of its content filter for the prompt, in a chunk without a choice.
  const filter = request.path.startsWith('/openai/')
    ? [{ ...head, choices: [], prompt_filter_results: [] }]
    : [];
  const events = [...filter, ...chunks, ...usage, '[DONE]'].map(dataEvent);
  return { headers: openaiHeaders(request), events };
}

function deltasOf({ text, toolCalls, functionCall }: Spoken): object[] {
  const first = { role: 'assistant', content: text === null ? null : '', refusal: null };
  if (functionCall) {
    const { name, arguments: args } = functionCall;
    return [{ ...first, function_call: { name, arguments: '' } }, { function_call: { arguments: args } }];
  }
  if (text !== null && toolCalls.length === 0)
    return [first, ...wordsOf(text).map((content) => ({ content }))];
  return toolCalls.flatMap((call, index) => [
    { ...first, tool_calls: [{ index, ...call, function: { ...call.function, arguments: '' } }] },
    ...halves(call.function.arguments).map((part) => ({
      tool_calls: [{ index, function: { arguments: part } }],
    })),
  ]);
}

const halves = (text: string): string[] => [text.slice(0, text.length / 2), text.slice(text.length / 2)];

/** Legacy completions. */
export function completion(request: VendorRequest): Answer {
  const { body } = request;
  const model = request.model;
  const head = { id: request.id('cmpl-'), object: 'text_completion', created: request.created, model };
  const choice = (text: string, finish_reason: string | null) => ({
    text,
    index: 0,
    logprobs: null,
    finish_reason,
  });
  const headers = openaiHeaders(request);
  if (body.stream !== true)
    return {
      headers,
      json: { ...head, choices: [choice(OPENAI_TEXT, 'stop')], usage: chatUsageOf(request) },
    };
  const counted = body.stream_options?.include_usage === true;
  const more = counted ? { usage: null } : {};
  const chunks = wordsOf(OPENAI_TEXT).map((word) => ({ ...head, choices: [choice(word, null)], ...more }));
  const last = { ...head, choices: [choice('', 'stop')], ...more };
  const usage = counted ? [{ ...head, choices: [], usage: chatUsageOf(request) }] : [];
  return { headers, events: [...chunks, last, ...usage, '[DONE]'].map(dataEvent) };
}
