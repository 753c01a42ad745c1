/**
 * How runs and tools end where more than an error says that. LangGraph uses errors for its control flow, too: they carry
 * an interrupt, or a command for the graph around, out of what throws them.
 */
import { fields, lookUp, type OperationEnd, type OperationEnds } from '@llmtrace/core';

/** @param options with the signal by which the application stops it, or LangGraph itself where a stream is left early. */
export const endsBySignal = (options: unknown): Required<Pick<OperationEnds, 'error'>> => ({
  error: (error) => controlFlow(error) ?? (fields(options).signal?.aborted === true ? CANCELLED : {}),
});

export const CANCELLED: OperationEnd = { outcome: 'cancelled' };
const INTERRUPTED: OperationEnd = { outcome: 'interrupted' };
const COMPLETED: OperationEnd = { outcome: 'completed', error: undefined };

/** By LangGraph's own names, which it compares, too: copies of it have different classes. */
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
 * A part of a run's stream that says that the run waits. In a stream of several modes, or of graphs within the graph, what
 * is streamed stands last in a list.
 */
export const endOfPart = (part: unknown): OperationEnd =>
  Array.isArray(fields(Array.isArray(part) ? part.at(-1) : part)[INTERRUPT]) ? INTERRUPTED : {};

const INTERRUPT = '__interrupt__';
