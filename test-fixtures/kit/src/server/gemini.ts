/** The fake Gemini: the Gemini API, and Vertex AI with its longer paths. */
import { GEMINI_MODEL, geminiError, geminiEvent, geminiFailure } from '../bodies/gemini.ts';
import {
  content,
  contentEvents,
  embedding,
  embeddings,
  predictions,
  tokenCount,
} from '../bodies/gemini-content.ts';
import { decision, interaction, interactionError, interactionEvents } from '../bodies/gemini-interactions.ts';
import type { Answer, VendorRequest, VendorRoutes } from './routes.ts';

const METHODS: Readonly<Record<string, (request: VendorRequest) => Answer>> = {
  generateContent: content,
  streamGenerateContent: contentEvents,
  embedContent: embedding,
  batchEmbedContents: embeddings,
  predict: predictions,
  countTokens: tokenCount,
};

/** `/v1beta/models/gemini-2.5-flash:generateContent`, with Vertex AI's project and publisher in between. */
const MODEL = /^\/v1(?:alpha|beta1?)?\/(?:.+\/)?(?:models|tunedModels)\/([^/:]+):(\w+)$/;
const INTERACTIONS = /^\/v1(?:alpha|beta1?)?\/(?:.+\/)?interactions$/;
const DECISIONS = /^\/v1(?:alpha|beta1?)?\/decisions$/;

export const gemini: VendorRoutes = {
  name: 'gemini',
  usualModel: () => GEMINI_MODEL,
  owns: ({ path, body }) =>
    MODEL.test(path) ||
    INTERACTIONS.test(path) ||
    // OpenAI has the same path, and a list of questions in the place of named ones.
    (DECISIONS.test(path) && !Array.isArray(body?.questions)),
  model: ({ path, body }) => MODEL.exec(path)?.[1] ?? body?.model,
  key: ({ headers }) => String(headers['x-goog-api-key'] ?? headers['authorization'] ?? ''),
  answer(request) {
    if (request.method !== 'POST') return undefined;
    if (INTERACTIONS.test(request.path))
      return request.body.stream ? interactionEvents(request) : interaction(request);
    if (DECISIONS.test(request.path)) return decision(request);
    return METHODS[MODEL.exec(request.path)?.[2] ?? '']?.(request);
  },
  failure: geminiFailure,
  streamFailure: ({ path }) => (INTERACTIONS.test(path) ? interactionError() : geminiEvent(geminiError(503))),
};
