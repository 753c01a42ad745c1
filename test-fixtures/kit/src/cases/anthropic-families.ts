/** The families of Anthropic's SDK. */
import { ANTHROPIC_MODEL, ANTHROPIC_TOKENS, anthropicSnapshot } from '../bodies/anthropic.ts';
import type { SdkInfo } from '../sdks.ts';
import type { Family } from '../vendor-profile.ts';

/** The copies that are older than a version of 0.x. */
export const isBefore = ({ version, major }: SdkInfo, minor: number): boolean =>
  major === 0 && Number(version.split('.')[1]) < minor;

export const MAX_TOKENS = 256;

const { fresh, cached, written, writtenFor1h, output, thinking } = ANTHROPIC_TOKENS;

export const messages: Family = {
  name: 'messages',
  operation: 'chat',
  model: ANTHROPIC_MODEL,
  responseModel: anthropicSnapshot(ANTHROPIC_MODEL),
  idPrefix: 'msg_',
  finishReasons: ['stop'],
  tokens: {
    input: fresh + cached + written,
    output,
    cacheRead: cached,
    cacheWrite: written,
    cacheWrite1h: writtenFor1h,
    reasoning: thinking,
  },
  priced: true,
  streamUsage: 'always',
  inputAtStart: true,
  asked: { 'gen_ai.request.max_tokens': MAX_TOKENS },
  // The server sends three events; the SDK hides the ping.
  chunksBeforeCut: 2,
  target: (client) => ({ owner: client.messages, method: 'create' }),
  request: ({ model = ANTHROPIC_MODEL, stream }) => ({
    model,
    max_tokens: MAX_TOKENS,
    messages: [{ role: 'user', content: 'What is the capital of France?' }],
    ...(stream ? { stream } : {}),
  }),
  call: (client, request, options) => client.messages.create(request, options),
  streamError: (sdk) => (isBefore(sdk, 60) ? 'APIConnectionError' : 'overloaded_error'),
};

export const betaMessages: Family = {
  ...messages,
  name: 'beta messages',
  target: (client) => ({ owner: client.beta.messages, method: 'create' }),
  call: (client, request, options) => client.beta.messages.create(request, options),
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
  'a stream to its end',
  'break after the first chunk',
  'a stream that is never read',
];

export const promptCaching: Family = {
  ...messages,
  name: 'messages of the prompt caching beta',
  target: (client) => ({ owner: client.beta.promptCaching.messages, method: 'create' }),
  call: (client, request, options) => client.beta.promptCaching.messages.create(request, options),
  missing: (sdk) => (isBefore(sdk, 33) ? undefined : 'prompt caching is in messages by now'),
  rows: PLAIN,
};

/** Legacy text completions, whose answers report no tokens. */
export const completions: Family = {
  name: 'text completions',
  operation: 'text_completion',
  model: 'claude-2.1',
  responseModel: 'claude-2.1',
  idPrefix: 'compl_',
  finishReasons: ['stop'],
  asked: { 'gen_ai.request.max_tokens': MAX_TOKENS },
  target: (client) => ({ owner: client.completions, method: 'create' }),
  request: ({ model = 'claude-2.1', stream }) => ({
    model,
    max_tokens_to_sample: MAX_TOKENS,
    prompt: '\n\nHuman: What is the capital of France?\n\nAssistant:',
    ...(stream ? { stream } : {}),
  }),
  call: (client, request, options) => client.completions.create(request, options),
  missing: ({ major }) => (major >= 1 ? 'this version has no text completions' : undefined),
  rows: PLAIN,
};
