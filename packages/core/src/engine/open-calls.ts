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
