import { count, type Endpoint, number } from '@llmtrace/core';
import { gemini } from '@llmtrace/core/gemini';
import { FILES, optionsOf, withSignal } from './options.ts';

const embeddings = {
  operation: 'embeddings',
  files: FILES,
  className: 'GenerativeModel',
  path: 'GenerativeModel',
  signal: (args: readonly any[], self: any) => optionsOf(args, self).signal,
  withSignal,
  response: (r: any) => ({ usage: gemini.usage(r.usageMetadata) }),
} as const;

export const embeddingEndpoints: readonly Endpoint[] = [
  {
    ...embeddings,
    method: 'embedContent',
    request: ([request], self) => ({
      model: gemini.model(self.model),
      dimensions: number(request?.outputDimensionality),
      messageCount: 1,
    }),
  },
  {
    ...embeddings,
    method: 'batchEmbedContents',
    request: ([request], self) => ({
      model: gemini.model(self.model),
      dimensions: number(request?.requests?.[0]?.outputDimensionality),
      messageCount: count(request?.requests),
    }),
  },
];
