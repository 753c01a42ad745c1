/** Calls for tests, with what interceptors look at. */
import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Call } from '../../src/call.ts';

export function callOf(given: Partial<Call> = {}): Call {
  const now = performance.now();
  return {
    provider: 'openai',
    operation: 'chat',
    apiType: undefined,
    server: { address: 'api.openai.com', port: 443 },
    request: { model: 'gpt-4o' },
    startTime: now,
    attempts: 0,
    attemptTime: now,
    response: {},
    chunks: 0,
    firstChunkTime: undefined,
    lastChunkTime: undefined,
    activeTime: now,
    outcome: undefined,
    error: undefined,
    endTime: undefined,
    cost: undefined,
    context: ROOT_CONTEXT,
    ...given,
  };
}

/** A failure as a vendor's SDK throws it. */
export const failure = (status: number, headers: Record<string, string> = {}, error?: object): Error =>
  Object.assign(new Error(`status ${status}`), { status, headers: new Headers(headers), error });

/** Lets what is resolved go on. */
export const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
