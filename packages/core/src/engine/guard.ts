/** A rule of the engine: an error within telemetry is logged and dropped; it never fails the call. */
import type { DiagLogger } from '@opentelemetry/api';
import { isThenable } from '../platform/is-thenable.ts';

interface Logging {
  readonly diag: DiagLogger;
}

const MAX_REPORTS = 1000;
const reported = new Set<string>();

/** Runs a step of telemetry. Its failure is logged, once a cause, and never fails the call. */
export function guard<T>(engine: Logging, step: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    report(engine, step, error);
    return undefined;
  }
}

/** Reports the rejection of a promise that an observer returned: unhandled, it would end the process. */
export function settled(engine: Logging, step: string, returned: unknown): void {
  if (isThenable(returned)) returned.then(undefined, (error: unknown) => report(engine, step, error));
}

export function report({ diag }: Logging, step: string, error: unknown): void {
  const cause = `${step}: ${error instanceof Error ? error.message : String(error)}`;
  if (reported.has(cause) || reported.size >= MAX_REPORTS) return;
  reported.add(cause);
  try {
    diag.error(`could not record the ${step} of a call`, error);
  } catch {} // the application's own logger failed
}
