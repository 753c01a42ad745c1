/** What is loaded with the first call of the SDK. */
import { type Endpoint, metadataAttributes } from '@llmtrace/core';
import { batchResults } from './batches.ts';
import { completions } from './completions.ts';
import { messages } from './messages.ts';

export { traceRunner } from './tool-runner.ts';

/** `metadata.user_id` is the one field that the API allows. */
const withAttributes = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  attributes: ([params]) => metadataAttributes(params?.metadata),
});

export const endpoints = {
  messages: withAttributes(messages),
  completions: withAttributes(completions),
  batchResults: withAttributes(batchResults),
};
