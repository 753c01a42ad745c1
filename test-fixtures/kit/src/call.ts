/** Call records for tests that make no calls. */
import type { Call } from '@llmtrace/core';
import { ROOT_CONTEXT } from '@opentelemetry/api';

/** A call of gpt-4o that has just started, with `fields` in place of its own. */
export const aCall = (fields: Partial<Call> = {}): Call => ({
  provider: 'openai',
  operation: 'chat',
  apiType: 'chat_completions',
  server: { address: 'api.openai.com', port: 443 },
  request: { model: 'gpt-4o' },
  attributes: {},
  startTime: 0,
  attempts: 1,
  attemptTime: 0,
  response: {},
  chunks: 0,
  firstChunkTime: undefined,
  lastChunkTime: undefined,
  activeTime: 0,
  outcome: undefined,
  error: undefined,
  endTime: undefined,
  cost: undefined,
  context: ROOT_CONTEXT,
  ...fields,
});
