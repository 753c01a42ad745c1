/** A call as observers see it, without an engine. */
import type { Call } from '@llmtrace/core';
import { ROOT_CONTEXT } from '@opentelemetry/api';

export const aCall = (fields: Partial<Call> = {}): Call => ({
  provider: 'openai',
  operation: 'chat',
  apiType: 'chat_completions',
  server: undefined,
  request: { model: 'gpt-4o' },
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
