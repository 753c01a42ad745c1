/** The families of OpenAI's SDK. */

import { OPENAI_MODEL, OPENAI_TOKENS, snapshot } from '../bodies/openai.ts';
import { EMBEDDING_TOKENS } from '../bodies/openai-media.ts';
import type { SdkInfo } from '../sdks.ts';
import type { Family } from '../vendor-profile.ts';

/** Whether a copy is too old for chat's `parse` and for Responses. */
export const isOldest = ({ version }: SdkInfo): boolean => version === '4.19.1';

const common = {
  model: OPENAI_MODEL,
  responseModel: snapshot(OPENAI_MODEL),
  tokens: {
    input: OPENAI_TOKENS.input,
    output: OPENAI_TOKENS.output,
    cacheRead: OPENAI_TOKENS.cached,
    reasoning: OPENAI_TOKENS.reasoning,
  },
  priced: true,
  chunksBeforeCut: 3,
} satisfies Partial<Family>;

export const chat: Family = {
  ...common,
  name: 'chat completions',
  operation: 'chat',
  idPrefix: 'chatcmpl-',
  finishReasons: ['stop'],
  streamUsage: 'asked',
  target: (client) => ({ owner: client.chat.completions, method: 'create' }),
  request: ({ model = OPENAI_MODEL, stream, usage }) => ({
    model,
    messages: [{ role: 'user', content: 'What is the capital of France?' }],
    ...(stream ? { stream } : {}),
    ...(usage ? { stream_options: { include_usage: true } } : {}),
  }),
  call: (client, request, options) => client.chat.completions.create(request, options),
  streamError: () => 'server_error',
};

export const responses: Family = {
  ...common,
  name: 'responses',
  operation: 'chat',
  idPrefix: 'resp_',
  finishReasons: ['stop'],
  streamUsage: 'always',
  target: (client) => ({ owner: client.responses, method: 'create' }),
  request: ({ model = OPENAI_MODEL, stream }) => ({
    model,
    input: 'What is the capital of France?',
    ...(stream ? { stream } : {}),
  }),
  call: (client, request, options) => client.responses.create(request, options),
  missing: (sdk) => (isOldest(sdk) ? 'this version has no Responses' : undefined),
  // openai 4 throws an error without the vendor's code; 5 and 6 yield the event like any other.
  streamError: ({ major }) => (major === 4 ? '_OTHER' : 'server_error'),
};

const PLAIN = [
  'create',
  'several readers of one promise',
  'an answer that is never awaited',
  'a failure that is never awaited',
  'the arguments stay as they are',
  'withResponse',
  'asResponse, then the body as JSON',
  'asResponse that is never read',
  '401',
  'abort before the headers',
];

export const embeddings: Family = {
  name: 'embeddings',
  operation: 'embeddings',
  model: 'text-embedding-3-small',
  responseModel: 'text-embedding-3-small',
  tokens: { input: EMBEDDING_TOKENS },
  target: (client) => ({ owner: client.embeddings, method: 'create' }),
  request: ({ model = 'text-embedding-3-small' }) => ({ model, input: 'Paris' }),
  call: (client, request, options) => client.embeddings.create(request, options),
  rows: PLAIN,
};

export const completions: Family = {
  ...common,
  name: 'legacy completions',
  operation: 'text_completion',
  model: 'gpt-3.5-turbo-instruct',
  responseModel: 'gpt-3.5-turbo-instruct',
  idPrefix: 'cmpl-',
  finishReasons: ['stop'],
  streamUsage: 'asked',
  target: (client) => ({ owner: client.completions, method: 'create' }),
  request: ({ model = 'gpt-3.5-turbo-instruct', stream, usage }) => ({
    model,
    prompt: 'The capital of France is',
    ...(stream ? { stream } : {}),
    ...(usage ? { stream_options: { include_usage: true } } : {}),
  }),
  call: (client, request, options) => client.completions.create(request, options),
  rows: [
    ...PLAIN,
    'a stream to its end',
    'a stream with its usage asked for',
    'break after the first chunk',
    'a stream that is never read',
  ],
};
