/** The families of Google's older SDK. */
import { GEMINI_EMBEDDING_TOKENS, GEMINI_MODEL } from '../bodies/gemini.ts';
import type { Ask, CallOptions, ExpectedCall, Family } from '../vendor-profile.ts';
import { EMBEDDING_ROWS, content as genai, QUESTION } from './google-genai-families.ts';

/** Takes the place of a client: the package has only models, each with its own URL. */
export interface Client {
  readonly ai: any;
  readonly url: string;
}

export const modelOf = ({ ai, url }: Client, model: string = GEMINI_MODEL): any =>
  ai.getGenerativeModel({ model }, { baseUrl: url });

const said = (text: string): object => ({ role: 'user', parts: [{ text }] });

/** The argument of a plain call. */
export const ask = (text: string = QUESTION): object => ({ contents: [said(text)] });

/** The {@link Ask} of each request: the request itself has no fields for model and stream. */
const asked = new WeakMap<object, Ask>();

function remember<T extends object>(request: T, asking: Ask): T {
  asked.set(request, asking);
  return request;
}

const optionArgs = (options: CallOptions | undefined): CallOptions[] => (options ? [options] : []);

export const content: Family = {
  ...genai,
  target: (client) => ({ owner: modelOf(client), method: 'generateContent' }),
  request: (asking) => remember(ask(), asking),
  call(client, request, options) {
    const { model, stream } = asked.get(request) ?? {};
    const asking = modelOf(client, model);
    return stream
      ? asking.generateContentStream(request, ...optionArgs(options)).then((result: any) => result.stream)
      : asking.generateContent(request, ...optionArgs(options));
  },
  streamError: () => 'UNAVAILABLE',
};

/** A whole answer, plain and as a stream. */
export const whole: ExpectedCall = { family: content, answer: 'whole' };
export const streamed: ExpectedCall = { ...whole, stream: true, chunks: 'some' };

const EMBEDDING_MODEL = 'gemini-embedding-001';

export const embeddings: Family = {
  name: 'batchEmbedContents',
  operation: 'embeddings',
  model: EMBEDDING_MODEL,
  tokens: { input: GEMINI_EMBEDDING_TOKENS },
  target: (client) => ({ owner: modelOf(client, EMBEDDING_MODEL), method: 'batchEmbedContents' }),
  request: (asking) => remember({ requests: [{ content: said('Paris') }] }, asking),
  call: (client, request, options) =>
    modelOf(client, asked.get(request)?.model ?? EMBEDDING_MODEL).batchEmbedContents(
      request,
      ...optionArgs(options),
    ),
  rows: EMBEDDING_ROWS,
};
