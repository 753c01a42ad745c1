/** `ai.models`, and with it chats and automatic function calling. */
import {
  count,
  type Endpoint,
  fields,
  type LlmRequest,
  type LlmResponse,
  metadataAttributes,
  name,
  number,
  objects,
  tokenCount,
  type Usage,
} from '@llmtrace/core';
import { gemini } from '@llmtrace/core/gemini';
import { generated, images, videos } from './content/models.ts';

const models = {
  // Vertex AI bills by these labels.
  attributes: ([p]: readonly any[]) => metadataAttributes(p?.config?.labels),
  signal: ([p]: readonly any[]) => p?.config?.abortSignal,
  withSignal: ([p, ...rest]: readonly any[], _self: any, abortSignal: AbortSignal) => [
    { ...p, config: { ...p?.config, abortSignal } },
    ...rest,
  ],
  withoutRetries(args: readonly any[], self: any) {
    const set = args[0]?.config?.httpOptions ?? {};
    const retries = set.retryOptions ?? self?.apiClient?.clientOptions?.httpOptions?.retryOptions;
    return retries ? undefined : [...args];
  },
} as const;

const contentRequest = (p: any, stream?: true): LlmRequest =>
  gemini.request(p.config ?? {}, {
    model: gemini.model(p.model),
    stream,
    serviceTier: name(p.config?.serviceTier),
    messageCount: count(p.contents),
  });

const content = {
  ...models,
  operation: 'generate_content',
  response: gemini.response,
  content: generated,
} as const;

const generateContent: Endpoint = {
  ...content,
  request: ([p]) => contentRequest(fields(p)),
};

/** By the code of the method that makes events out of a response's body, once a version. */
function throwsEvents(client: any): boolean {
  const read = client.processStreamResponse;
  if (typeof read !== 'function') return false;
  let throws = readers.get(read);
  if (throws === undefined) {
    throws = /throwIfStreamErrorChunk\(processedChunkString\)/.test(Function.prototype.toString.call(read));
    readers.set(read, throws);
  }
  return throws;
}

const readers = new WeakMap<object, boolean>();

const generateContentStream: Endpoint = {
  ...content,
  request: ([p]) => contentRequest(fields(p), true),
  chunk: gemini.chunk,
  // Earlier versions make an empty answer of an error; later ones throw it.
  raw(soFar, event) {
    soFar.failure = gemini.failure(event.error) ?? soFar.failure;
  },
  keepsAll: throwsEvents,
};

/** Vertex AI counts the tokens of each text apart. */
function embeddingUsage(embeddings: any): Usage | undefined {
  const statistics = objects(embeddings).flatMap(({ statistics }) =>
    statistics ? objects([statistics]) : [],
  );
  if (statistics.length === 0) return undefined;
  const counts = statistics.map((statistic: any) => tokenCount(statistic.tokenCount));
  const details = statistics.flatMap((statistic: any) => objects(statistic.tokensDetails));
  return gemini.tokens({ prompt: total(counts) }, { prompt: details });
}

/** Unknown where one of the counts is. */
const total = (counts: (number | undefined)[]): number | undefined =>
  counts.reduce((sum, count) => (sum === undefined || count === undefined ? undefined : sum + count), 0);

const embedContent: Endpoint = {
  ...models,
  operation: 'embeddings',
  request: ([params]) => {
    const p = fields(params);
    return {
      model: gemini.model(p.model),
      dimensions: number(p.config?.outputDimensionality),
      messageCount: count(p.contents ?? p.content),
    };
  },
  response(r) {
    const usage = gemini.usage(r.usageMetadata) ?? embeddingUsage(r.embeddings);
    return usage ? { usage } : {};
  },
  // Versions 1 and 2 drop it.
  raw(soFar, body) {
    soFar.usage = gemini.usage(body.usageMetadata);
  },
};

const drawn = (made: unknown): LlmResponse => {
  const image = count(made);
  return image ? { billing: { fees: { image } } } : {};
};

/** Images are billed by the piece: their answers count nothing else. */
const image: Endpoint = {
  ...models,
  operation: 'generate_content',
  request: ([params]) => {
    const p = fields(params);
    return {
      model: gemini.model(p.model),
      seed: number(p.config?.seed),
      choiceCount: number(p.config?.numberOfImages),
      outputType: 'image',
    };
  },
  response: (r) => drawn(r.generatedImages),
  content: images,
};

/** A video is made after the call, which only orders it. */
const video: Endpoint = {
  ...models,
  operation: 'generate_content',
  request: ([params]) => {
    const p = fields(params);
    return {
      model: gemini.model(p.model),
      seed: number(p.config?.seed),
      choiceCount: number(p.config?.numberOfVideos),
    };
  },
  response: () => ({}),
  content: videos,
};

export const modelEndpoints = { generateContent, generateContentStream, embedContent, image, video };
