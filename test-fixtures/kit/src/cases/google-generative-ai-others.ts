/** Rows about the rest of Google's older SDK. */
import { GEMINI_MODEL, GEMINI_TOKENS } from '../bodies/gemini.ts';
import { begun, errorType } from '../scenarios/expected.ts';
import type { ExpectedCall, Family, Row } from '../vendor-profile.ts';
import { QUESTION } from './google-genai-families.ts';
import { ask, content, embeddings, modelOf, streamed, whole } from './google-generative-ai-families.ts';

/** The answer to a blocked prompt: it has usage and the reason, and no content. */
const blocked: ExpectedCall = {
  family: { ...content, tokens: { input: GEMINI_TOKENS.input } },
  model: 'filtered-response',
  answer: 'whole',
  finishReasons: ['content_filter'],
};

/** The embedding of a single text, whose answer reports no tokens. */
const { tokens: _tokens, ...single } = embeddings;

export const answerRows: readonly Row[] = [
  {
    name: 'an answer that is never awaited, and that the SDK still reads',
    async run({ client, call, server, see }) {
      call(client());
      await server.received(1);
      await server.idle();
      see('sent at once', true);
    },
    calls: () => [whole],
  },
  {
    name: 'a blocked prompt',
    async run({ client, call, see }) {
      see('answer', await call(client(), { model: 'filtered-response' }));
    },
    calls: () => [blocked],
  },
  {
    name: 'a blocked prompt of a stream',
    async run({ client, call, see }) {
      for await (const chunk of await call(client(), { model: 'filtered-response', stream: true }))
        see('chunk', chunk);
    },
    calls: () => [{ ...blocked, stream: true, chunks: 1 }],
  },
  {
    name: 'an answer that is cut short',
    async run({ client, call, see }) {
      see('answer', await call(client(), { model: 'incomplete-response' }));
    },
    calls: () => [{ ...whole, model: 'incomplete-response', finishReasons: ['length'] }],
  },
  {
    name: 'one text is embedded',
    async run({ client, see }) {
      see('answer', await modelOf(client(), single.model).embedContent('Paris'));
    },
    calls: () => [{ family: single as Family, answer: 'whole' }],
  },
  {
    name: 'tokens that are only counted',
    async run({ client, see }) {
      see('count', await modelOf(client()).countTokens(QUESTION));
    },
    calls: () => [],
  },
  {
    name: 'the base URL of one request',
    async run({ client, server, see }) {
      const model = modelOf(client({ url: 'http://localhost:1' }));
      see('answer', await model.generateContent(ask(), { baseUrl: server.url }));
    },
    calls: () => [whole],
  },
];

export const endRows: readonly Row[] = [
  {
    name: 'AbortSignal while reading, which throws',
    async run({ client, see, attempt }) {
      const controller = new AbortController();
      const model = modelOf(client(), 'hang-mid-stream');
      const { stream, response } = await model.generateContentStream(ask(), { signal: controller.signal });
      response.catch(() => {});
      let chunks = 0;
      await attempt('loop', async () => {
        for await (const chunk of stream) {
          see('chunk', chunk);
          if (++chunks === content.chunksBeforeCut) setImmediate(() => controller.abort());
        }
      });
    },
    // The error is the same as for any broken stream.
    calls: (setting) => [
      { ...begun(setting), outcome: 'cancelled', errorType: errorType(setting, 'dropped') },
    ],
  },
  {
    name: 'a loop that is left, of a stream that goes on',
    async run({ client, call, see }) {
      for await (const chunk of await call(client(), { stream: true })) {
        see('chunk', chunk);
        break;
      }
    },
    calls: () => [{ ...streamed, answer: 'begun', chunks: 1, outcome: 'cancelled' }],
  },
  {
    name: 'a loop that is left by throwing, of a stream that goes on',
    async run({ client, call, attempt }) {
      const stream = await call(client(), { stream: true });
      await attempt('loop', async () => {
        for await (const _ of stream) throw new Error('The application fails by itself.');
      });
    },
    calls: () => [{ ...streamed, answer: 'begun', chunks: 1, outcome: 'cancelled' }],
  },
  {
    name: 'aborted before the call, which the SDK does not see',
    async run({ client, call, see }) {
      see('answer', await call(client(), {}, { signal: AbortSignal.abort() }));
    },
    calls: () => [whole],
  },
  {
    name: 'a model that is named in full',
    async run({ client, see }) {
      see('answer', await modelOf(client(), `models/${GEMINI_MODEL}`).generateContent(QUESTION));
    },
    calls: () => [whole],
  },
];
