/** The current run: the SDK's traces and spans find it here. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { OpenOperation, OperationEnd } from '@llmtrace/core';

/** A run that has not ended; `end` is set once the SDK has made its workflow. */
export interface Run {
  end?: (end?: OperationEnd) => void;
  /** The agents and tools that have not ended: the SDK leaves an agent that waits for an approval open. */
  readonly open: Set<OpenOperation>;
  /** Whether the application has stopped the run. */
  isCancelled(): boolean;
}

export const runs = new AsyncLocalStorage<Run>();

export const currentRun = (): Run | undefined => runs.getStore();
