/** Batches: the usage of their results is reported once, when the results have been read to their end. */
import {
  type Asked,
  type Endpoint,
  type InnerCall,
  type LlmResponse,
  name,
  type Usage,
} from '@llmtrace/core';
import { billed, usage } from './usage.ts';

/** The number of models to keep apart in the results of one batch. */
const MAX_MODELS = 50;

/**
 * Folds one result. Models have different prices, so the usage is summed by model. A region that costs more applies
 * to all results, because a batch requests only one.
 */
function chunk(soFar: LlmResponse, line: any, asked?: Asked): void {
  const message = line.result?.message;
  const used = usage(message?.usage);
  if (used === undefined) return;
  soFar.serviceTier = 'batch';
  soFar.model ??= name(message.model);
  soFar.usage = sum(soFar.usage, used);
  const { inner = [], region } = soFar.billing ?? {};
  add(inner, name(message.model), used);
  const beside = billed(message, asked);
  for (const one of beside?.inner ?? []) add(inner, one.model ?? name(message.model), one.usage);
  soFar.billing = { tokens: null, inner, region: region ?? beside?.region };
}

function add(inner: InnerCall[], model: string | undefined, used: Usage): void {
  const known = inner.find((one) => one.model === model);
  if (known) known.usage = sum(known.usage, used);
  else if (inner.length < MAX_MODELS) inner.push({ model, usage: { ...used }, what: 'inner_model' });
}

/** Adds counts; a count that one message lacks is the sum of the others. */
function sum(one: Usage = {}, other: Usage): Usage {
  const counts: Record<string, number | undefined> = { ...one };
  for (const [key, count] of Object.entries(other)) {
    if (count !== undefined) counts[key] = (counts[key] ?? 0) + count;
  }
  return counts;
}

const results: Endpoint = {
  operation: 'chat',
  files: ['resources/messages/batches'],
  className: 'Batches',
  path: 'Messages.Batches',
  method: 'results',
  since: '0.33.0',
  request: () => ({}),
  response: () => ({}),
  chunk,
  reads: { id: ([id]) => name(id), isBatch: true },
};

export const batches: readonly Endpoint[] = [
  results,
  { ...results, files: ['resources/beta/messages/batches'], path: 'Beta.Messages.Batches' },
];
