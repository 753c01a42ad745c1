/**
 * `ai.batches`: the usage of inlined results is reported once, at the first reading of the batch that has them. Results
 * in files are read outside the SDK.
 */
import { addResult, type Endpoint, fields, type LlmResponse, name, objects } from '@llmtrace/core';
import { gemini } from '@llmtrace/core/gemini';

const PENDING = /_(?:UNSPECIFIED|QUEUED|PENDING|RUNNING|CANCELLING|PAUSED|UPDATING)$/;

/** The final states that have results. */
const SUCCEEDED = /_(?:PARTIALLY_)?SUCCEEDED$/;

function response(job: any): LlmResponse {
  const model = gemini.model(job.model);
  const whole: LlmResponse = {
    id: name(job.name),
    model,
    serviceTier: 'batch',
    isPending: PENDING.test(String(job.state)) || undefined,
  };
  const { inlinedResponses, inlinedEmbedContentResponses, fileName, gcsUri, bigqueryUri } = fields(job.dest);
  const isRemote = SUCCEEDED.test(String(job.state)) && Boolean(fileName || gcsUri || bigqueryUri);
  if (isRemote) whole.hasRemoteResults = true;
  for (const { response } of objects(inlinedResponses)) if (response) addContent(whole, response);
  for (const { response } of objects(inlinedEmbedContentResponses))
    if (response) addEmbedding(whole, response);
  const count = Math.max(
    ...[inlinedResponses, inlinedEmbedContentResponses].map((list) => list?.length ?? 0),
  );
  if (count > MAX_RESULTS) addResult(whole, { billing: { uncounted: ['usage'] } });
  return whole;
}

/** The number of results that {@link objects} reads. */
const MAX_RESULTS = 4096;

function addContent(whole: LlmResponse, answer: any): void {
  const read = gemini.response(answer);
  addResult(whole, { ...read, model: read.model ?? whole.model });
}

/** The count comes as a text. */
function addEmbedding(whole: LlmResponse, answer: any): void {
  const tokens = Number(answer.tokenCount ?? Number.NaN);
  const usage = gemini.tokens({ prompt: tokens }, {});
  addResult(whole, { model: whole.model, usage });
}

export const batch: Endpoint = {
  operation: 'generate_content',
  request: () => ({}),
  response,
  reads: { id: ([p]) => name(fields(p)['name']), isBatch: true },
};
