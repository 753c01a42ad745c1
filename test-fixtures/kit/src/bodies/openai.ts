/** Shared parts of OpenAI's APIs: ids, models, usage, errors and the framing of streams. */
import type { Answer, VendorRequest } from '../server/routes.ts';

/** The model of the answer if a request names a behaviour. */
export const OPENAI_MODEL = 'gpt-4o-mini';

/** The tokens of every answer of the fake OpenAI. */
export const OPENAI_TOKENS = { input: 1346, cached: 1024, output: 214, reasoning: 128 } as const;

/** The text of the answers. */
export const OPENAI_TEXT = 'The capital of France is Paris.';
/** The text of the answers to requests for JSON. */
export const OPENAI_JSON = '{"city":"Paris","population":2103000}';

const SNAPSHOTS: Readonly<Record<string, string>> = {
  'gpt-4o': 'gpt-4o-2024-08-06',
  'gpt-4o-mini': 'gpt-4o-mini-2024-07-18',
  'gpt-4.1': 'gpt-4.1-2025-04-14',
  'gpt-4.1-mini': 'gpt-4.1-mini-2025-04-14',
  'gpt-5': 'gpt-5-2025-08-07',
  'gpt-5-mini': 'gpt-5-mini-2025-08-07',
};

/** The dated model that answers for an alias. */
export const snapshot = (model: string): string => SNAPSHOTS[model] ?? model;

export const chatUsage: ChatUsage = {
  prompt_tokens: OPENAI_TOKENS.input,
  completion_tokens: OPENAI_TOKENS.output,
  total_tokens: OPENAI_TOKENS.input + OPENAI_TOKENS.output,
  prompt_tokens_details: { cached_tokens: OPENAI_TOKENS.cached, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: OPENAI_TOKENS.reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};

interface ChatUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number };
  completion_tokens_details: {
    reasoning_tokens: number;
    audio_tokens: number;
    accepted_prediction_tokens: number;
    rejected_prediction_tokens: number;
  };
}

/** The usage of a chat: the usual one, or that of a script. */
export function chatUsageOf({ script }: VendorRequest): ChatUsage {
  if (!script?.usage) return chatUsage;
  const { input, output, cached = 0, reasoning = 0 } = script.usage;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { ...chatUsage.prompt_tokens_details, cached_tokens: cached },
    completion_tokens_details: { ...chatUsage.completion_tokens_details, reasoning_tokens: reasoning },
  };
}

/** The usage of a response: the usual one, or that of a script. */
export function responsesUsageOf(request: VendorRequest): object {
  if (!request.script?.usage) return responsesUsage;
  const { prompt_tokens, completion_tokens, total_tokens, ...details } = chatUsageOf(request);
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens: details.prompt_tokens_details.cached_tokens },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens: details.completion_tokens_details.reasoning_tokens },
    total_tokens,
  };
}

export const responsesUsage = {
  input_tokens: OPENAI_TOKENS.input,
  input_tokens_details: { cached_tokens: OPENAI_TOKENS.cached },
  output_tokens: OPENAI_TOKENS.output,
  output_tokens_details: { reasoning_tokens: OPENAI_TOKENS.reasoning },
  total_tokens: OPENAI_TOKENS.input + OPENAI_TOKENS.output,
};

/** The tier that serves a request. */
export const tierOf = ({ body }: VendorRequest): string =>
  !body?.service_tier || body.service_tier === 'auto' ? 'default' : body.service_tier;

/** An event of a stream with data only. */
export const dataEvent = (data: unknown): string =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** The data of an event whose name is its type. */
export interface TypedEvent {
  type: string;
  [field: string]: unknown;
}

/** An event of a stream with a name and data. */
export const namedEvent = (data: TypedEvent): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** The headers of every answer. */
export const openaiHeaders = (request: VendorRequest): Record<string, string> => ({
  'openai-organization': 'org-example',
  'openai-processing-ms': '212',
  'openai-version': '2020-10-01',
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-limit-tokens': '2000000',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-remaining-tokens': '1998214',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-reset-tokens': '53ms',
  'x-request-id': request.id('req_'),
});

interface ErrorWords {
  type: string;
  code: string | null;
  message: string;
}

const ERRORS: Readonly<Record<number, ErrorWords>> = {
  400: {
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    message:
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130007 tokens.",
  },
  401: {
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message: 'Incorrect API key provided: sk-exam*ple.',
  },
  403: {
    type: 'invalid_request_error',
    code: 'unsupported_country',
    message: 'Country or region not supported.',
  },
  404: { type: 'invalid_request_error', code: 'model_not_found', message: 'The model does not exist.' },
  429: {
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: 'Rate limit reached for gpt-4o-mini on requests per min (RPM): Limit 3, Used 3, Requested 1.',
  },
};

const SERVER_ERROR: ErrorWords = {
  type: 'server_error',
  code: 'server_error',
  message: 'The server had an error while processing your request.',
};

/** The answer that reports a failure. */
export function openaiFailure(status: number, request: VendorRequest): Answer {
  const { type, code, message } = ERRORS[status] ?? SERVER_ERROR;
  const known = ERRORS[status] !== undefined || status >= 500;
  return {
    status,
    headers: openaiHeaders(request),
    json: {
      error: { message: known ? message : 'Bad request.', type, param: null, code: known ? code : null },
    },
  };
}

/** The failure that interrupts a stream. */
export const streamError = { ...SERVER_ERROR, param: null };

/** Arguments that fit the parameters of a tool. */
export const sampleArguments = (parameters: any): string =>
  JSON.stringify(sampleObject(parameters?.properties ?? {}));

const sampleObject = (properties: object): object =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, sample(schema)]));

/** A value of a schema: null where it may be null. */
function sample({ type, anyOf = [], properties = {} }: any): unknown {
  if (anyOf.some((schema: any) => schema.type === 'null')) return null;
  const samples: Readonly<Record<string, unknown>> = {
    number: 1,
    integer: 1,
    boolean: true,
    array: [],
    object: sampleObject(properties),
  };
  return samples[type] ?? 'Paris';
}

/** The words of a text as a model streams them: each with the space before it. */
export const wordsOf = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\S)(?=\s)/));
