import { answerFailure, count, type Endpoint, fields, name, number, strings } from '@llmtrace/core';
import { openAIEmbeddingsUsage, withGatewayCost } from '@llmtrace/core/openai';
import { dialect } from './chat.ts';

export const embeddings: Endpoint = {
  operation: 'embeddings',
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
  response: (r, asked) => ({
    model: name(r.model),
    ...withGatewayCost(r, openAIEmbeddingsUsage(r.usage, dialect(asked))),
    failure: answerFailure(r),
  }),
};
