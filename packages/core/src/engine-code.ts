/**
 * The engine's code, which is loaded with the first call, and what ends its open calls: where there was no call, it is not
 * loaded, and nothing is open.
 */
import module from 'node:module';
import { setLateCode } from './diagnosis/late-code.ts';
import { isUnreadable, late } from './late.ts';

const require = module.createRequire(import.meta.url);

export type EngineCode = typeof import('./calls.ts');

const load = late(() => require('./calls.ts') as EngineCode);

let code: EngineCode | undefined;

/** Undefined where its file cannot be read, as where a process has too many files open: the call is not traced. */
export function engineCode(): EngineCode | undefined {
  try {
    code ??= load();
  } catch {} // a warning has named the cause
  return code;
}

setLateCode(engineCode);

/** Whether a call of an SDK is open, or of any. Where a part of llmtrace cannot be read this is not known, and a warning has said so. */
export function isUnderWay(sdk?: string): boolean {
  const calls = isUnreadable() ? engineCode() : code;
  return calls?.isUnderWay(sdk) || isUnreadable();
}

/** Ends all open calls as abandoned, before the process ends. */
export const endOpenCalls = (): void => code?.endOpenCalls();

/** Ends all open operations as abandoned, the innermost first, before the process ends. */
export const endOpenOperations = (): void => code?.endOpenOperations();

/** Ends the spans of ended calls that their libraries have not ended, before telemetry is flushed. */
export const endLeftSpans = (): void => code?.endLeftSpans();

/** Sends the usage that other processes share. */
export const flushUsage = async (): Promise<void> => code?.flushUsage();
