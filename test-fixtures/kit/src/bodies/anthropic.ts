/** Bodies of Anthropic's API: messages, whole and in events, token counts, and the legacy text completions. */
import type { Answer, VendorRequest } from '../server/routes.ts';
import { namedEvent, sampleArguments, type TypedEvent, wordsOf } from './openai.ts';

/** The model of the answer if a request names a behaviour. */
export const ANTHROPIC_MODEL = 'claude-haiku-4-5';

/** The tokens of every message of the fake Anthropic; `fresh` ones are neither read from nor written to a cache. */
export const ANTHROPIC_TOKENS = {
  fresh: 322,
  cached: 1024,
  written: 200,
  writtenFor1h: 80,
  output: 214,
  thinking: 128,
} as const;

const TEXT = 'The capital of France is Paris.';
/** The content where JSON is requested. */
const JSON_TEXT = '{"city":"Paris","population":2103000}';

const SNAPSHOTS: Readonly<Record<string, string>> = { 'claude-haiku-4-5': 'claude-haiku-4-5-20251001' };

/** The dated model that answers for an alias. */
export const anthropicSnapshot = (model: string): string => SNAPSHOTS[model] ?? model;

const inputUsage = {
  input_tokens: ANTHROPIC_TOKENS.fresh,
  cache_creation_input_tokens: ANTHROPIC_TOKENS.written,
  cache_read_input_tokens: ANTHROPIC_TOKENS.cached,
};

const usage = {
  ...inputUsage,
  cache_creation: {
    ephemeral_5m_input_tokens: ANTHROPIC_TOKENS.written - ANTHROPIC_TOKENS.writtenFor1h,
    ephemeral_1h_input_tokens: ANTHROPIC_TOKENS.writtenFor1h,
  },
  output_tokens: ANTHROPIC_TOKENS.output,
  output_tokens_details: { thinking_tokens: ANTHROPIC_TOKENS.thinking },
  service_tier: 'standard',
};

/** The usual usage, or that of a script. */
function usageOf({ script }: VendorRequest): any {
  if (!script?.usage) return usage;
  const { input, output, cached = 0, reasoning = 0 } = script.usage;
  return {
    input_tokens: input - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
    ...(reasoning > 0 ? { output_tokens_details: { thinking_tokens: reasoning } } : {}),
    service_tier: 'standard',
  };
}

/** The headers of every answer. */
export const anthropicHeaders = (request: VendorRequest): Record<string, string> => ({
  'anthropic-organization-id': '8a3f5b1c-0000-4000-8000-000000000001',
  'anthropic-ratelimit-requests-limit': '4000',
  'anthropic-ratelimit-requests-remaining': '3999',
  'request-id': request.id('req_'),
});

type Block = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: object };

/** The content of an answer: its blocks, and the finish reason. */
interface Spoken {
  blocks: readonly Block[];
  stop: string;
}

const STOPS: Readonly<Record<string, string>> = { incomplete: 'max_tokens', filtered: 'refusal' };

function spoken(request: VendorRequest): Spoken {
  const { body, script } = request;
  if (script?.toolCall) {
    const { name, arguments: input } = script.toolCall;
    return { blocks: [{ type: 'tool_use', id: request.id('toolu_'), name, input }], stop: 'tool_use' };
  }
  const usual = STOPS[request.ending ?? ''] ?? 'end_turn';
  if (script?.text !== undefined) return { blocks: [{ type: 'text', text: script.text }], stop: usual };
  const tools = hasToolResult(body.messages) ? [] : calledTools(body);
  if (tools.length > 0) {
    const blocks = tools.map(({ name, input_schema }) => ({
      type: 'tool_use' as const,
      id: request.id('toolu_'),
      name,
      input: JSON.parse(sampleArguments(input_schema)),
    }));
    return { blocks, stop: 'tool_use' };
  }
  const text = body.output_config?.format || body.output_format ? JSON_TEXT : TEXT;
  return { blocks: [{ type: 'text', text }], stop: usual };
}

/** The first of the offered tools; all of them if the request allows parallel calls in so many words. */
function calledTools({ tools = [], tool_choice }: any): any[] {
  const offered = tools.filter((tool: any) => tool.input_schema);
  return tool_choice?.disable_parallel_tool_use === false ? offered : offered.slice(0, 1);
}

const hasToolResult = (messages: any[]): boolean =>
  messages.some(
    ({ content }) => Array.isArray(content) && content.some(({ type }: any) => type === 'tool_result'),
  );

const head = (request: VendorRequest) => ({
  id: request.id('msg_'),
  type: 'message',
  role: 'assistant',
  model: anthropicSnapshot(request.model),
});

export function message(request: VendorRequest): Answer {
  const { blocks, stop } = spoken(request);
  const end = { stop_reason: stop, stop_sequence: null };
  return {
    headers: anthropicHeaders(request),
    json: { ...head(request), content: blocks, ...end, usage: usageOf(request) },
  };
}

/**
 * The usage at the start has 1 output token as a placeholder; that at the end has all but the times to live of
 * caches.
 */
export function messageEvents(request: VendorRequest): Answer {
  const { blocks, stop } = spoken(request);
  const usage = usageOf(request);
  const start = { ...usage, output_tokens: 1, output_tokens_details: undefined };
  const { cache_creation: _, service_tier: __, ...end } = usage;
  const events = [
    {
      type: 'message_start',
      message: { ...head(request), content: [], stop_reason: null, stop_sequence: null, usage: start },
    },
    ...blocks.flatMap(blockEvents),
    {
      type: 'message_delta',
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { ...end, server_tool_use: null },
    },
    { type: 'message_stop' },
  ];
  return { headers: anthropicHeaders(request), events: events.map(namedEvent) };
}

function blockEvents(block: Block, index: number): TypedEvent[] {
  const open = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} };
  return [
    { type: 'content_block_start', index, content_block: open },
    { type: 'ping' },
    ...deltasOf(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

function deltasOf(block: Block): object[] {
  if (block.type === 'text') return wordsOf(block.text).map((text) => ({ type: 'text_delta', text }));
  const input = JSON.stringify(block.input);
  const halves = [input.slice(0, input.length / 2), input.slice(input.length / 2)];
  return halves.map((partial_json) => ({ type: 'input_json_delta', partial_json }));
}

export const tokenCount = (request: VendorRequest): Answer => ({
  headers: anthropicHeaders(request),
  json: { input_tokens: ANTHROPIC_TOKENS.fresh },
});

/** Legacy text completions: each event of a stream is a whole completion. */
export function textCompletion(request: VendorRequest): Answer {
  const whole = { type: 'completion', id: request.id('compl_'), model: request.model };
  const part = (completion: string, stop_reason: string | null) => ({
    ...whole,
    completion,
    stop_reason,
    stop: null,
  });
  const headers = anthropicHeaders(request);
  if (request.body.stream !== true) return { headers, json: part(` ${TEXT}`, 'stop_sequence') };
  const words = wordsOf(` ${TEXT}`).map((word) => part(word, null));
  return { headers, events: [...words, part('', 'stop_sequence')].map(namedEvent) };
}

const ERRORS: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ['invalid_request_error', 'prompt is too long: 208310 tokens > 200000 maximum'],
  401: ['authentication_error', 'invalid x-api-key'],
  403: ['permission_error', 'Your API key does not have permission to use the specified resource.'],
  404: ['not_found_error', 'model: claude-none'],
  429: ['rate_limit_error', 'This request would exceed the rate limit for your organization.'],
  529: ['overloaded_error', 'Overloaded'],
};

/** The answer that reports a failure. */
export function anthropicFailure(status: number, request: VendorRequest): Answer {
  const usual =
    status >= 500 ? ['api_error', 'Internal server error'] : ['invalid_request_error', 'Bad request.'];
  const [type, message] = ERRORS[status] ?? usual;
  return { status, headers: anthropicHeaders(request), json: { type: 'error', error: { type, message } } };
}

/** The event by which a stream reports a failure. */
export const anthropicStreamFailure = (): string =>
  namedEvent({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
