/**
 * The outcomes of runs and tools. LangGraph also uses errors for its control flow: an error carries an interrupt, or a
 * command for the outer graph, out of the node that throws it.
 */
import { fields, lookUp, type OperationEnd, type OperationEnds } from '@llmtrace/core';

/** @param options the options with the run's signal, which the application aborts, or LangGraph when a stream is left early. */
export const endsBySignal = (options: unknown): Required<Pick<OperationEnds, 'error'>> => ({
  error: (error) => controlFlow(error) ?? (fields(options).signal?.aborted === true ? CANCELLED : {}),
});

export const CANCELLED: OperationEnd = { outcome: 'cancelled' };
const INTERRUPTED: OperationEnd = { outcome: 'interrupted' };
const COMPLETED: OperationEnd = { outcome: 'completed', error: undefined };

/** The names of LangGraph's errors. LangGraph itself compares the names: the classes of two copies of it differ. */
const CONTROL_FLOW: Readonly<Record<string, OperationEnd>> = {
  GraphInterrupt: INTERRUPTED,
  NodeInterrupt: INTERRUPTED,
  GraphDrained: INTERRUPTED,
  ParentCommand: COMPLETED,
};

function controlFlow(error: unknown): OperationEnd | undefined {
  if (fields(error).is_bubble_up !== true) return undefined;
  return lookUp(CONTROL_FLOW, String(fields(error).name));
}

/**
 * The outcome that a part of a run's stream shows: an interrupt means that the run waits. With several modes, or with the
 * streams of inner graphs, the part is a list whose last entry is the value.
 */
export const endOfPart = (part: unknown): OperationEnd =>
  Array.isArray(fields(Array.isArray(part) ? part.at(-1) : part)[INTERRUPT]) ? INTERRUPTED : {};

const INTERRUPT = '__interrupt__';
