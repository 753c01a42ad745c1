/** Calls as observers get them, for tests that make none. */
import type { Call } from '@llmtrace/core';
import { ROOT_CONTEXT } from '@opentelemetry/api';

/** A call that was completed after 812 ms, changed as wanted. */
export const callOf = (changes: Partial<Call> = {}): Call => ({
  provider: 'openai',
  operation: 'chat',
  apiType: 'chat_completions',
  server: { address: 'api.openai.com', port: 443 },
  request: { model: 'gpt-4.1-mini' },
  startTime: 1000,
  attempts: 1,
  attemptTime: 1000,
  response: { usage: { inputTokens: 1234, outputTokens: 56 } },
  chunks: 0,
  firstChunkTime: undefined,
  lastChunkTime: undefined,
  activeTime: 1812,
  outcome: 'completed',
  error: undefined,
  endTime: 1812,
  cost: { total: 0.000583, source: 'local' },
  context: ROOT_CONTEXT,
  ...changes,
});
