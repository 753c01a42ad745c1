/** The run that is under way, for what the SDK makes within it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { OpenOperation, OperationEnd } from '@llmtrace/core';

/** A run that is under way; `end` is set once it has made a workflow. */
export interface Run {
  end?: (end?: OperationEnd) => void;
  /** The agents and tools that have not ended: the SDK leaves an agent that waits for an approval open. */
  readonly open: Set<OpenOperation>;
}

export const runs = new AsyncLocalStorage<Run>();

export const currentRun = (): Run | undefined => runs.getStore();
