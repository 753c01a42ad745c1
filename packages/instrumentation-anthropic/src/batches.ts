/** Batches: the usage of their results is reported once, when the results have been read to their end. */
import { type Asked, addResult, type Endpoint, type LlmResponse, name } from '@llmtrace/core';
import { billed, usage } from './usage.ts';

/** Folds one result. */
function chunk(soFar: LlmResponse, line: any, asked?: Asked): void {
  const message = line.result?.message;
  const used = usage(message?.usage);
  if (used === undefined) return;
  soFar.serviceTier = 'batch';
  addResult(soFar, { model: name(message.model), usage: used, billing: billed(message, asked) });
}

export const batchResults: Endpoint = {
  operation: 'chat',
  request: () => ({}),
  response: () => ({}),
  chunk,
  reads: { id: ([id]) => name(id), isBatch: true },
};
