/** Calls as observers get them, for tests that make none. */
import type { Call } from '@llmtrace/core';
import { aCall } from '@llmtrace/test-fixtures/call';

/** A call that was completed after 812 ms, changed as wanted. */
export const callOf = (changes: Partial<Call> = {}): Call =>
  aCall({
    request: { model: 'gpt-4.1-mini' },
    startTime: 1000,
    attemptTime: 1000,
    response: { usage: { inputTokens: 1234, outputTokens: 56 } },
    activeTime: 1812,
    outcome: 'completed',
    endTime: 1812,
    cost: { total: 0.000583, source: 'local' },
    ...changes,
  });
