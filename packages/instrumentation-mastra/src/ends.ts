/** How runs of agents and workflows have ended. */
import { fields, lookUp, type OperationEnd } from '@llmtrace/core';

export const CANCELLED: OperationEnd = { outcome: 'cancelled' };
export const INTERRUPTED: OperationEnd = { outcome: 'interrupted' };

/** By the status of a workflow's result or of an agent's stream, and by the finish reason of an agent's output. */
const ENDS: Readonly<Record<string, OperationEnd>> = {
  suspended: INTERRUPTED,
  // A workflow that runs step by step waits for the next one.
  paused: INTERRUPTED,
  canceled: CANCELLED,
  aborted: CANCELLED,
};

/** @param result a workflow's result, or an agent's stream, whose other properties are promises: to read one makes it. */
export function endOfStatus(result: unknown): OperationEnd {
  const { status, error } = fields(result);
  // Of a failed stream, version 1.36 has the status of one that is complete.
  if (status !== 'failed' && !(error instanceof Error)) return endAt(status);
  return { error: causeOf(error), ...(!(error instanceof Error) && { errorType: classOf(error) }) };
}

/** @param output of an agent. */
export const endOfOutput = (output: unknown): OperationEnd => endAt(fields(output).finishReason);

const endAt = (word: unknown): OperationEnd => lookUp(ENDS, String(word)) ?? {};

/** A workflow keeps the errors of its steps as plain objects, with the name of the class. */
function classOf(error: unknown): string {
  const { name } = fields(error);
  return typeof name === 'string' && /^\w{1,100}$/.test(name) ? name : '_OTHER';
}

/** Mastra wraps what a tool, a step or a model throws. */
const WRAPPERS: ReadonlySet<unknown> = new Set([
  'TOOL_EXECUTION_FAILED',
  'AGENT_GENERATE_FAILED',
  'AGENT_STREAM_FAILED',
]);

export function causeOf(error: unknown): unknown {
  const { id, cause } = fields(error);
  return WRAPPERS.has(id) && cause instanceof Error ? cause : error;
}
