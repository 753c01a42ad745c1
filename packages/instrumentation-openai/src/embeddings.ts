import { count, type Endpoint, fields, name, number, strings } from '@llmtrace/core';
import { usage } from './chat.ts';

export const embeddings: Endpoint = {
  operation: 'embeddings',
  files: ['resources/embeddings'],
  className: 'Embeddings',
  path: 'Embeddings',
  method: 'create',
  request([p]) {
    const { model, encoding_format, dimensions, service_tier, input } = fields(p);
    return {
      model: name(model),
      encodingFormats: strings(encoding_format),
      dimensions: number(dimensions),
      serviceTier: name(service_tier),
      messageCount: count(input),
    };
  },
  response: (r) => ({ model: name(r.model), usage: usage(r.usage) }),
};
