import { count, type Endpoint, number } from '@llmtrace/core';
import { gemini } from '@llmtrace/core/gemini';
import { optionsOf, withSignal } from './options.ts';

const embeddings = {
  operation: 'embeddings',
  signal: (args: readonly any[], self: any) => optionsOf(args, self).signal,
  withSignal,
  response: (r: any) => ({ usage: gemini.usage(r.usageMetadata) }),
} as const;

export const embedContent: Endpoint = {
  ...embeddings,
  request: ([request], self) => ({
    model: gemini.model(self.model),
    dimensions: number(request?.outputDimensionality),
    messageCount: 1,
  }),
};

export const batchEmbedContents: Endpoint = {
  ...embeddings,
  request: ([request], self) => ({
    model: gemini.model(self.model),
    dimensions: number(request?.requests?.[0]?.outputDimensionality),
    messageCount: count(request?.requests),
  }),
};
