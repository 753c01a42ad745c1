/** The families of Google's newer SDK. */
import { GEMINI_EMBEDDING_TOKENS, GEMINI_MODEL, GEMINI_TOKENS } from '../bodies/gemini.ts';
import type { Ask, CallOptions, ExpectedCall, Family, Tokens } from '../vendor-profile.ts';

export const QUESTION = 'What is the capital of France?';

/** The tokens of each answer; thoughts count as output. */
export const TOKENS: Tokens = {
  input: GEMINI_TOKENS.input,
  output: GEMINI_TOKENS.candidates + GEMINI_TOKENS.thoughts,
  cacheRead: GEMINI_TOKENS.cached,
  reasoning: GEMINI_TOKENS.thoughts,
};

/** The requests of streams: a separate method makes streams, and its argument does not show it. */
const streams = new WeakSet<object>();

function withOptions(request: any, options: CallOptions | undefined): any {
  if (!options) return request;
  const httpOptions = options.timeout === undefined ? {} : { httpOptions: { timeout: options.timeout } };
  const signal = options.signal ? { abortSignal: options.signal } : {};
  return { ...request, config: { ...signal, ...httpOptions } };
}

export const content: Family = {
  name: 'generateContent',
  operation: 'generate_content',
  model: GEMINI_MODEL,
  responseModel: GEMINI_MODEL,
  idPrefix: 'Gm',
  finishReasons: ['stop'],
  tokens: TOKENS,
  priced: true,
  streamUsage: 'always',
  streamsApart: true,
  chunksBeforeCut: 3,
  target: (client) => ({ owner: client.models, method: 'generateContentInternal' }),
  request({ model = GEMINI_MODEL, stream }: Ask) {
    const request = { model, contents: QUESTION };
    if (stream) streams.add(request);
    return request;
  },
  call: ({ models }, request, options) =>
    streams.has(request)
      ? models.generateContentStream(withOptions(request, options))
      : models.generateContent(withOptions(request, options)),
  // Version 1 gives the application an empty answer in place of the error.
  streamError: ({ major }) => (major === 1 ? 'UNAVAILABLE' : '503'),
};

/** A whole answer, plain and as a stream. */
export const whole: ExpectedCall = { family: content, answer: 'whole' };
export const streamed: ExpectedCall = { ...whole, stream: true, chunks: 'some' };

/** The rows for the embeddings of all SDKs. */
export const EMBEDDING_ROWS = [
  'create',
  'several readers of one promise',
  'a failure that is never awaited',
  'the arguments stay as they are',
  '401',
  'connection refused',
  'abort before the headers',
  'timeout',
];

const EMBEDDING_MODEL = 'gemini-embedding-001';

export const embeddings: Family = {
  name: 'embedContent',
  operation: 'embeddings',
  model: EMBEDDING_MODEL,
  tokens: { input: GEMINI_EMBEDDING_TOKENS },
  target: (client) => ({ owner: client.models, method: 'embedContentInternal' }),
  request: ({ model = EMBEDDING_MODEL }) => ({ model, contents: ['Paris'] }),
  call: (client, request, options) => client.models.embedContent(withOptions(request, options)),
  rows: EMBEDDING_ROWS,
};

export const interactions: Family = {
  ...content,
  name: 'interactions',
  streamsApart: false,
  idPrefix: 'v1_',
  target: (client) => ({ owner: client.interactions, method: 'create' }),
  request: ({ model = GEMINI_MODEL, stream }) => ({ model, input: QUESTION, ...(stream ? { stream } : {}) }),
  call: (client, request, options) => client.interactions.create(request, options),
  streamError: () => 'UNAVAILABLE',
  rows: [
    'create',
    'several readers of one promise',
    'the arguments stay as they are',
    'a stream to its end',
    'a stream read by hand',
    'break after the first chunk',
    'throw inside the loop',
    'error event in mid-stream',
    'a stream that is never read',
    'a stream that is dropped half-read',
  ],
};

const DECISION_MODEL = 'gemini-decision-1';

export const decisions: Family = {
  name: 'decisions',
  operation: 'generate_content',
  model: DECISION_MODEL,
  tokens: { input: GEMINI_TOKENS.input, output: 0 },
  priced: true,
  target: (client) => ({ owner: client.decisions, method: 'create' }),
  request: ({ model = DECISION_MODEL }) => ({
    model,
    input: QUESTION,
    questions: { isQuestion: { type: 'noul', instructions: 'Is this a question?' } },
  }),
  call: (client, request, options) => client.decisions.create(request, options),
  missing: ({ major }) => (major < 3 ? 'decisions came with version 3.3' : undefined),
  rows: ['create', 'several readers of one promise', 'the arguments stay as they are'],
};
