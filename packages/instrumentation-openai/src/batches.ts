/**
 * Batches: their usage is reported once, at the first reading. Where the batch has none (Azure, Groq, batches from before
 * September 2025), the file of its results has it.
 */
import { type Asked, addResult, type Endpoint, type LlmResponse, name } from '@llmtrace/core';
import { chatBilled, openAIUsage, responseBilled } from '@llmtrace/core/openai';
import { dialect } from './chat.ts';

/** The final states of a batch. */
const FINAL = new Set(['completed', 'expired', 'cancelled', 'failed']);

/** The usage is the sum of all requests: how long each one was is not known. */
function response(batch: any): LlmResponse {
  const isFinal = FINAL.has(batch.status);
  const read = openAIUsage(batch.usage);
  return {
    id: name(batch.id),
    model: name(batch.model),
    ...read,
    billing: read.usage && { contextTokens: null },
    serviceTier: 'batch',
    isPending: !isFinal || undefined,
    resultsId: isFinal && !read.usage ? name(batch.output_file_id) : undefined,
  };
}

/** Folds one result. A request that failed has an error in the place of the answer, and is not billed. */
function chunk(soFar: LlmResponse, { response, error }: any, asked?: Asked): void {
  const body = response?.body;
  if (body?.error || (error && !body)) return;
  soFar.serviceTier = 'batch';
  if (!body?.usage) {
    addResult(soFar, { billing: { uncounted: ['usage'] } });
    return;
  }
  const read = openAIUsage(body.usage, dialect(asked));
  const billed = body.object === 'response' ? responseBilled(body, read) : chatBilled(body, read, asked);
  addResult(soFar, { model: name(body.model), ...billed });
}

export const batch: Endpoint = {
  operation: 'chat',
  request: () => ({}),
  response,
  reads: { id: ([id]) => name(id), isBatch: true },
};

/** The file of a batch's results. */
export const batchResults: Endpoint = {
  operation: 'chat',
  request: () => ({}),
  response: () => ({}),
  chunk,
  hasLines: true,
  reads: { id: ([id]) => name(id), isBatch: false },
};
