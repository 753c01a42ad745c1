/** The families of AWS's SDK for Bedrock. */
import { ANTHROPIC_TOKENS } from '../bodies/anthropic.ts';
import { BEDROCK_EMBEDDING_TOKENS, BEDROCK_MODEL, BEDROCK_TOKENS } from '../bodies/bedrock.ts';
import type { Ask, CallOptions, Family } from '../vendor-profile.ts';

/** A client, and the classes of its commands. */
export interface Client {
  readonly client: any;
  readonly exports: any;
  readonly options: object;
}

export const MAX_TOKENS = 256;
export const QUESTION = 'What is the capital of France?';
export const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const EMBEDDING_MODEL = 'amazon.titan-embed-text-v2:0';

/** The inputs of streams: a separate command makes streams, and its input does not show it. */
const streams = new WeakSet<object>();

function remember<T extends object>(input: T, { stream }: Ask): T {
  if (stream) streams.add(input);
  return input;
}

export const optionsOf = (options: CallOptions | undefined): object[] =>
  options
    ? [
        {
          ...(options.signal && { abortSignal: options.signal }),
          ...(options.timeout !== undefined && { requestTimeout: options.timeout }),
        },
      ]
    : [];

/** Sends the plain command, or the streamed one, of whose answer it returns the stream. */
const sent =
  (plain: string, streamed: string, streamOf: (answer: any) => any) =>
  ({ client, exports }: Client, input: object, options: CallOptions | undefined): any =>
    streams.has(input)
      ? client.send(new exports[streamed](input), ...optionsOf(options)).then(streamOf)
      : client.send(new exports[plain](input), ...optionsOf(options));

const target = ({ client }: Client): { owner: any; method: string } => ({ owner: client, method: 'send' });

export const converse: Family = {
  name: 'converse',
  operation: 'chat',
  model: BEDROCK_MODEL,
  finishReasons: ['stop'],
  tokens: {
    input: BEDROCK_TOKENS.fresh + BEDROCK_TOKENS.cached + BEDROCK_TOKENS.written,
    output: BEDROCK_TOKENS.output,
    cacheRead: BEDROCK_TOKENS.cached,
    cacheWrite: BEDROCK_TOKENS.written,
    cacheWrite1h: BEDROCK_TOKENS.writtenFor1h,
  },
  // `priced` is absent: an answer names no model, so a call whose model is the name of a behaviour has no price.
  streamUsage: 'always',
  asked: { 'gen_ai.request.max_tokens': MAX_TOKENS },
  chunksBeforeCut: 3,
  target,
  request: (ask) =>
    remember(
      {
        modelId: ask.model ?? BEDROCK_MODEL,
        messages: [{ role: 'user', content: [{ text: QUESTION }] }],
        inferenceConfig: { maxTokens: MAX_TOKENS },
      },
      ask,
    ),
  call: sent('ConverseCommand', 'ConverseStreamCommand', ({ stream }) => stream),
  streamError: () => 'ModelStreamErrorException',
};

const { fresh, cached, written, writtenFor1h, output, thinking } = ANTHROPIC_TOKENS;

/** A model of Anthropic, with Anthropic's own body. */
export const invokeModel: Family = {
  name: 'invokeModel',
  operation: 'chat',
  model: CLAUDE,
  responseModel: 'claude-haiku-4-5-20251001',
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
  chunksBeforeCut: 3,
  target,
  request: (ask) =>
    remember(
      {
        modelId: ask.model ?? CLAUDE,
        contentType: 'application/json',
        body: JSON.stringify({
          anthropic_version: 'bedrock-2023-05-31',
          max_tokens: MAX_TOKENS,
          messages: [{ role: 'user', content: QUESTION }],
        }),
      },
      ask,
    ),
  call: sent('InvokeModelCommand', 'InvokeModelWithResponseStreamCommand', ({ body }) => body),
  streamError: () => 'ModelStreamErrorException',
};

export const embeddings: Family = {
  name: 'embeddings',
  operation: 'embeddings',
  model: EMBEDDING_MODEL,
  tokens: { input: BEDROCK_EMBEDDING_TOKENS },
  target,
  request: ({ model = EMBEDDING_MODEL }) => ({
    modelId: model,
    contentType: 'application/json',
    body: JSON.stringify({ inputText: QUESTION }),
  }),
  call: sent('InvokeModelCommand', '', () => undefined),
  rows: ['create', '401', '500', 'connection refused'],
};
