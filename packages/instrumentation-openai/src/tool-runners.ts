/**
 * The runners of version 7: `ResponsesToolRunner`, a loop of model calls and tools over the Responses API, and
 * `DecisionsToolRunner`, a loop of decisions and actions. Each loop is the run of an agent without a name.
 */
import { fields, lookUp, name, type OperationEnd, type PatchedCall } from '@llmtrace/core';

/** The error of a runner hides its cause, so only the signal of the run tells that the application has stopped it. */
function endOfError(options: unknown): OperationEnd {
  const { signal, requestOptions } = fields(options);
  const { aborted } = fields(signal ?? fields(requestOptions).signal);
  return aborted === true ? { outcome: 'cancelled' } : {};
}

/** The turns of a run; `run()` reads them up to the final one, and leaves them there. */
export function iterate({ operations, original, args }: PatchedCall): unknown {
  const turns = original(...args);
  const run = operations.open(() => ({ kind: 'invoke_agent' }));
  const isFinal = (turn: any): boolean => turn?.final === true;
  if (run)
    operations.follow(run, turns, {
      result: (turn) => (isFinal(turn) ? { outcome: 'completed' } : {}),
      error: () => endOfError(args[2]),
    });
  return turns;
}

/** The execution of one call of the model. A step of a computer has no name, so it is no execution of its own. */
export function dispatchTool({ operations, original, args }: PatchedCall): unknown {
  const [call] = args;
  if (lookUp(call, 'type') !== 'function_call') return original(...args);
  return operations.trace(
    () => ({
      kind: 'execute_tool',
      name: name(call.name),
      toolType: 'function',
      toolCallId: name(call.call_id),
      arguments: call.arguments,
    }),
    () => original(...args),
    { result: () => ({}) },
  );
}

/** Its actions are no tools: the model selects an action's id, which the application makes anew for each observation. */
export function decide({ operations, original, args }: PatchedCall): unknown {
  return operations.trace(
    () => ({ kind: 'invoke_agent' }),
    () => original(...args),
    { result: () => ({}), error: () => endOfError(args[2]) },
  );
}
