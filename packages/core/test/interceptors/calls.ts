/** Calls for tests, with what interceptors look at. */
import { aCall } from '@llmtrace/test-fixtures/call';
import type { Call } from '../../src/model/call.ts';

export function callOf(fields: Partial<Call> = {}): Call {
  const now = performance.now();
  return aCall({ startTime: now, attempts: 0, attemptTime: now, activeTime: now, ...fields });
}

/** A failure as a vendor's SDK throws it. */
export const failure = (status: number, headers: Record<string, string> = {}, error?: object): Error =>
  Object.assign(new Error(`status ${status}`), { status, headers: new Headers(headers), error });

/** Runs the pending reactions of resolved promises. */
export const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
