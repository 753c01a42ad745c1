/** Batches: their usage is reported once, at the first reading. */
import { type Endpoint, type LlmResponse, name } from '@llmtrace/core';
import { openAIUsage } from '@llmtrace/core/openai';

/** The final states of a batch. */
const FINAL = new Set(['completed', 'expired', 'cancelled', 'failed']);

const response = (batch: any): LlmResponse => ({
  id: name(batch.id),
  model: name(batch.model),
  ...openAIUsage(batch.usage),
  serviceTier: 'batch',
  isPending: !FINAL.has(batch.status) || undefined,
});

export const batches: readonly Endpoint[] = [
  {
    operation: 'chat',
    // the first since 7.0
    files: ['resources/batches/batches', 'resources/batches'],
    className: 'Batches',
    path: 'Batches',
    method: 'retrieve',
    since: '4.34.0',
    request: () => ({}),
    response,
    reads: { id: ([id]) => name(id), isBatch: true },
  },
];
