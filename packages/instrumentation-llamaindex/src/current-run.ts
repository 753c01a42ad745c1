/** The current run of an agent workflow, in the context of its steps. */
import type { OpenOperation, OperationEnd } from '@llmtrace/core';
import { context, createContextKey } from '@opentelemetry/api';

/** The agent whose turn it is, in a run of several. */
export interface Turn {
  readonly agent: string | undefined;
  readonly operation: OpenOperation;
}

export interface Run {
  readonly operation: OpenOperation;
  /** Several agents are runs within a workflow; of one alone, the run is the agent's. */
  readonly hasSeveral: boolean;
  turn: Turn | undefined;
}

const RUN = createContextKey('llmtrace.llamaindex.run');

export const currentRun = (): Run | undefined => context.active().getValue(RUN) as Run | undefined;

export const within = <T>(run: Run, start: () => T): T =>
  run.operation.run(() => context.with(context.active().setValue(RUN, run), start));

export function endRun(run: Run, end: OperationEnd): void {
  run.turn?.operation.end(end);
  run.operation.end(end);
}
