/** The calls that are open in this process, of this copy of the engine. */
import { LinkedList } from '../platform/linked-list.ts';
import type { OpenCall } from './open-call.ts';

export const openCalls = new LinkedList<OpenCall>();

/** Whether a call of an SDK is open, or of any. */
export function isUnderWay(module?: string): boolean {
  if (module === undefined) return openCalls.first !== undefined;
  for (const { engine } of openCalls) if (engine.vendor.module === module) return true;
  return false;
}

/** What the engine sets as it loads. Where there was no call, it is not loaded, and nothing is open. */
export const atEnd = { calls: (): void => {}, operations: (): void => {} };

/** Ends all open calls as abandoned, before the process ends. */
export const endOpenCalls = (): void => atEnd.calls();

/** Ends all open operations as abandoned, the innermost first, before the process ends. */
export const endOpenOperations = (): void => atEnd.operations();
