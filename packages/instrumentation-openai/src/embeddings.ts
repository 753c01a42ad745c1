import { count, type Endpoint, number, string, strings } from '@llmtrace/core';
import { usage } from './chat.ts';

export const embeddings: Endpoint = {
  operation: 'embeddings',
  files: ['resources/embeddings'],
  className: 'Embeddings',
  path: 'Embeddings',
  method: 'create',
  request: ([p = {}]) => ({
    model: string(p.model),
    encodingFormats: strings(p.encoding_format),
    dimensions: number(p.dimensions),
    serviceTier: string(p.service_tier),
    messageCount: count(p.input),
  }),
  response: (r) => ({ model: string(r.model), usage: usage(r.usage) }),
};
