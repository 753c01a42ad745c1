/** What is loaded with the first call of the SDK. */
import type { Endpoint } from '@llmtrace/core';
import { attributes } from './attributes.ts';
import { batch, batchResults } from './batches.ts';
import { chat, completions } from './chat.ts';
import { decisions } from './decisions.ts';
import { embeddings } from './embeddings.ts';
import { images, speech, transcriptions } from './media.ts';
import { responses } from './responses.ts';

export { runTools } from './run-tools.ts';
export { decide, dispatchTool, iterate } from './tool-runners.ts';

const withAttributes = (endpoint: Endpoint): Endpoint => ({ ...endpoint, attributes });

export const endpoints = {
  chat: withAttributes(chat),
  response: withAttributes(responses.create),
  compact: withAttributes(responses.compact),
  retrieve: withAttributes(responses.retrieve),
  embeddings: withAttributes(embeddings),
  decisions: withAttributes(decisions),
  completions: withAttributes(completions),
  images: withAttributes(images),
  transcriptions: withAttributes(transcriptions),
  speech: withAttributes(speech),
  batch: withAttributes(batch),
  batchResults: withAttributes(batchResults),
};
