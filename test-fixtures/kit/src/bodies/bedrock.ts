/** Bodies of Bedrock: Converse, and the models' own bodies within InvokeModel, whole and in an event stream. */
import { crc32 } from 'node:zlib';
import type { Answer, VendorRequest } from '../server/routes.ts';
import { message, messageEvents } from './anthropic.ts';
import { wordsOf } from './openai.ts';

/** The model of the answer if a request names a behaviour. */
export const BEDROCK_MODEL = 'amazon.nova-lite-v1:0';

/** The tokens of every answer of Converse; `fresh` ones are neither read from nor written to a cache. */
export const BEDROCK_TOKENS = {
  fresh: 320,
  cached: 1024,
  written: 200,
  writtenFor1h: 80,
  output: 42,
} as const;
/** The tokens of each embedded text. */
export const BEDROCK_EMBEDDING_TOKENS = 7;

const TEXT = 'The capital of France is Paris.';
const STOPS: Readonly<Record<string, string>> = {
  incomplete: 'max_tokens',
  filtered: 'guardrail_intervened',
};

const { fresh, cached, written, writtenFor1h, output } = BEDROCK_TOKENS;
const usage = {
  inputTokens: fresh,
  outputTokens: output,
  totalTokens: fresh + cached + written + output,
  cacheReadInputTokens: cached,
  cacheWriteInputTokens: written,
  cacheDetails: [
    { ttl: '5m', inputTokens: written - writtenFor1h },
    { ttl: '1h', inputTokens: writtenFor1h },
  ],
};

const headersOf = (request: VendorRequest): Record<string, string> => ({
  'x-amzn-requestid': request.id('req-'),
});

const stopOf = ({ ending }: VendorRequest): string => STOPS[ending ?? ''] ?? 'end_turn';

export const converse = (request: VendorRequest): Answer => ({
  headers: headersOf(request),
  json: {
    output: { message: { role: 'assistant', content: [{ text: TEXT }] } },
    stopReason: stopOf(request),
    usage,
    metrics: { latencyMs: 312 },
  },
});

export const converseEvents = (request: VendorRequest): Answer =>
  eventStream(request, [
    frame('messageStart', { role: 'assistant' }),
    ...wordsOf(TEXT).map((text) => frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } })),
    frame('contentBlockStop', { contentBlockIndex: 0 }),
    frame('messageStop', { stopReason: stopOf(request) }),
    frame('metadata', { usage, metrics: { latencyMs: 312 } }),
  ]);

const eventStream = (request: VendorRequest, events: readonly Uint8Array[]): Answer => ({
  headers: { ...headersOf(request), 'content-type': 'application/vnd.amazon.eventstream' },
  events,
});

/** The bodies of models that are not Anthropic's; a field of the request shows the model's family. */
function plainBody(body: any): object | undefined {
  if (body.inputText !== undefined)
    return { embedding: [0.25, -0.5, 0.125], inputTextTokenCount: BEDROCK_EMBEDDING_TOKENS };
  if (body.max_gen_len !== undefined)
    return {
      generation: TEXT,
      prompt_token_count: fresh,
      generation_token_count: output,
      stop_reason: 'stop',
    };
  return undefined;
}

export const invoked = (request: VendorRequest): Answer => ({
  headers: headersOf(request),
  json: plainBody(request.body) ?? message(named(request)).json,
});

/** The request with Anthropic's own name of the model, which its answers have. */
const named = (request: VendorRequest): VendorRequest => ({
  ...request,
  model: /claude-[a-z]+-[\d-]+?(?=-v\d|$)/.exec(request.model)?.[0] ?? request.model,
});

const METRICS = 'amazon-bedrock-invocationMetrics';

export function invokedEvents(request: VendorRequest): Answer {
  const metrics = { inputTokenCount: fresh, outputTokenCount: output, invocationLatency: 312 };
  const events = eventsOf(request);
  const last = events.pop() as object;
  return eventStream(
    request,
    [...events, { ...last, [METRICS]: metrics }].map((event) =>
      frame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }),
    ),
  );
}

function eventsOf(request: VendorRequest): object[] {
  if (request.body.max_gen_len === undefined)
    return (messageEvents(named(request)).events ?? []).map((event) =>
      JSON.parse(String(event).slice(String(event).indexOf('data: ') + 6)),
    );
  return [
    ...wordsOf(TEXT).map((generation) => ({ generation, stop_reason: null })),
    { generation: '', stop_reason: 'stop' },
  ];
}

const ERRORS: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ['ValidationException', 'The model returned the following errors: prompt is too long'],
  401: ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
  403: ['AccessDeniedException', "You don't have access to the model with the specified model ID."],
  404: ['ResourceNotFoundException', 'Model not found.'],
  429: ['ThrottlingException', 'Too many requests, please wait before trying again.'],
  503: ['ServiceUnavailableException', 'Bedrock is unable to process your request.'],
};

/** The answer that reports a failure. */
export function bedrockFailure(status: number, request: VendorRequest): Answer {
  const usual =
    status >= 500 ? ['InternalServerException', 'Internal error.'] : ['ValidationException', 'Bad request.'];
  const [type = '', text] = ERRORS[status] ?? usual;
  return { status, headers: { ...headersOf(request), 'x-amzn-errortype': type }, json: { message: text } };
}

/** The frame by which a stream reports a failure. */
export const bedrockStreamFailure = (): Uint8Array =>
  frame('modelStreamErrorException', { message: 'The model failed.' }, 'exception');

/**
 * A message of `application/vnd.amazon.eventstream`: lengths, headers, payload, and their checksums.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function frame(
  type: string,
  payload: object | string,
  kind: 'event' | 'exception' = 'event',
): Uint8Array {
  const headers = Buffer.concat([
    header(':message-type', kind),
    header(kind === 'event' ? ':event-type' : ':exception-type', type),
    header(':content-type', 'application/json'),
  ]);
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(prelude.length + headers.length + body.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message), 0);
  return Buffer.concat([message, checksum]);
}

/** A header of the type text. */
function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value), 0);
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ]);
}
