/** Bodies of `generateContent`, whole and in chunks, and of the other methods of a model. */
import type { Answer, VendorRequest } from '../server/routes.ts';
import {
  CONTINUATION,
  CONTINUED_MODEL,
  GEMINI_EMBEDDING_TOKENS,
  GEMINI_TEXT,
  GEMINI_TOKENS,
  geminiEvent,
  geminiHeaders,
} from './gemini.ts';
import { wordsOf } from './openai.ts';

const usageMetadata = {
  promptTokenCount: GEMINI_TOKENS.input,
  candidatesTokenCount: GEMINI_TOKENS.candidates,
  thoughtsTokenCount: GEMINI_TOKENS.thoughts,
  cachedContentTokenCount: GEMINI_TOKENS.cached,
  totalTokenCount: GEMINI_TOKENS.total,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: GEMINI_TOKENS.input }],
  cacheTokensDetails: [{ modality: 'TEXT', tokenCount: GEMINI_TOKENS.cached }],
  trafficType: 'ON_DEMAND',
};

/**
 * The offered tools that the answer calls: the first one, or all of them if the request wants any; none if the request has the
 * result.
 */
function calledTools({ tools = [], contents = [], toolConfig }: any): string[] {
  const answered = contents.some(({ parts = [] }: any) => parts.some((part: any) => part.functionResponse));
  const offered = tools.flatMap(({ functionDeclarations = [] }: any) => functionDeclarations);
  const all = toolConfig?.functionCallingConfig?.mode === 'ANY' ? offered : offered.slice(0, 1);
  return answered ? [] : all.map(({ name }: any) => name);
}

function usageOf({ script }: VendorRequest): object {
  if (!script?.usage) return usageMetadata;
  const { input, output, cached = 0, reasoning = 0 } = script.usage;
  return {
    promptTokenCount: input,
    candidatesTokenCount: output - reasoning,
    ...(reasoning > 0 ? { thoughtsTokenCount: reasoning } : {}),
    ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
    totalTokenCount: input + output,
    trafficType: 'ON_DEMAND',
  };
}

function parts({ body, script }: VendorRequest): object[] {
  if (script?.toolCall)
    return [{ functionCall: { name: script.toolCall.name, args: script.toolCall.arguments } }];
  if (script?.text !== undefined) return [script.text].flatMap(wordsOf).map((text) => ({ text }));
  const names = calledTools(body);
  return names.length > 0
    ? names.map((name) => ({ functionCall: { name, args: { city: 'Paris' } } }))
    : wordsOf(GEMINI_TEXT).map((text) => ({ text }));
}

/** How an answer ends. */
function ending({ model, body, ending: wanted }: VendorRequest): object {
  if (model === CONTINUED_MODEL && !JSON.stringify(body).includes(CONTINUATION)) {
    return { finishReason: 'CONTINUATION', continuationToken: CONTINUATION };
  }
  return { finishReason: wanted === 'incomplete' ? 'MAX_TOKENS' : 'STOP' };
}

const candidate = (contentParts: readonly object[], end: object): object => ({
  content: { role: 'model', parts: contentParts },
  ...end,
  index: 0,
});

const blocked = {
  promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
  usageMetadata: { promptTokenCount: GEMINI_TOKENS.input, totalTokenCount: GEMINI_TOKENS.input },
};

/** An answer in one piece. */
export function content(request: VendorRequest): Answer {
  const about = { modelVersion: request.model, responseId: request.id('Gm') };
  const json =
    request.ending === 'filtered'
      ? { ...blocked, ...about }
      : {
          candidates: [candidate(parts(request), ending(request))],
          usageMetadata: usageOf(request),
          ...about,
        };
  return { headers: geminiHeaders, json };
}

/** A stream. Its usage comes at the end; earlier chunks only have the service tier. */
export function contentEvents(request: VendorRequest): Answer {
  const about = { modelVersion: request.model, responseId: request.id('Gm') };
  if (request.ending === 'filtered')
    return { headers: geminiHeaders, events: [geminiEvent({ ...blocked, ...about })] };
  const contentParts = parts(request);
  const events = contentParts.map((part, at) => {
    const last = at === contentParts.length - 1;
    return geminiEvent({
      candidates: [candidate([part], last ? ending(request) : {})],
      usageMetadata: last ? usageOf(request) : { trafficType: 'ON_DEMAND' },
      ...about,
    });
  });
  return { headers: geminiHeaders, events };
}

const VALUES = [0.0125, -0.5, 0.25];

export const embedding = (): Answer => ({ headers: geminiHeaders, json: { embedding: { values: VALUES } } });

/** Embeddings. Only a request with several texts has token counts. */
export function embeddings({ body: { requests = [] } }: VendorRequest): Answer {
  const promptTokenCount = requests.length * GEMINI_EMBEDDING_TOKENS;
  const promptTokenDetails = [{ modality: 'TEXT', tokenCount: promptTokenCount }];
  const json = {
    embeddings: requests.map(() => ({ values: VALUES })),
    usageMetadata: { promptTokenCount, promptTokenDetails },
  };
  return { headers: geminiHeaders, json };
}

/** Predictions of Vertex AI: an image for a prompt, an embedding for a text. */
export function predictions({ body: { instances = [] } }: VendorRequest): Answer {
  const statistics = { token_count: GEMINI_EMBEDDING_TOKENS, truncated: false };
  const predicted = instances.map(({ content: text }: any) =>
    text === undefined
      ? { mimeType: 'image/png', bytesBase64Encoded: 'iVBORw0KGgo=' }
      : { embeddings: { values: VALUES, statistics } },
  );
  return { headers: geminiHeaders, json: { predictions: predicted } };
}

export const tokenCount = (): Answer => ({
  headers: geminiHeaders,
  json: { totalTokens: GEMINI_TOKENS.input },
});
