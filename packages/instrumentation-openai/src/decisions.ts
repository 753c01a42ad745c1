/** Decisions: questions about one input, answered by numbers. */
import { answerFailure, count, type Endpoint, fields, name, type Usage } from '@llmtrace/core';
import { openAIUsage } from '@llmtrace/core/openai';
import { dialect } from './chat.ts';

/** Each token of the input is billed at its full price, and the output is free, whatever the model's price for a chat. */
const billedTokens = ({ inputTokens }: Usage): Usage => ({ inputTokens, outputTokens: 0 });

export const decisions: Endpoint = {
  operation: 'generate_content',
  request([params]) {
    const p = fields(params);
    return { model: name(p.model), messageCount: count(p.input) };
  },
  response(r, asked) {
    const read = openAIUsage(r.usage, dialect(asked));
    return {
      model: name(r.model),
      ...read,
      billing: read.usage && { tokens: billedTokens(read.usage) },
      failure: answerFailure(r),
    };
  },
};
