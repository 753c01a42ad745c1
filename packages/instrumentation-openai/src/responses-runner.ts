/**
 * `ResponsesToolRunner`, a helper of version 7: a loop of model calls and tools over the Responses API. It is the run of an
 * agent without a name.
 */
import { lookUp, name, type OperationPoint } from '@llmtrace/core';

const runner = {
  files: ['helpers/responses-tool-runner'],
  className: 'ResponsesToolRunner',
  path: 'ResponsesToolRunner',
  isInternal: true,
} as const;

/** The turns of a run; `run()` reads them up to the final one, and leaves them there. */
const iterate: OperationPoint = {
  ...runner,
  method: 'iterate',
  around({ operations, original, args }) {
    const turns = original(...args);
    const run = operations.open(() => ({ kind: 'invoke_agent' }));
    const isFinal = (turn: any): boolean => turn?.final === true;
    if (run)
      operations.follow(run, turns, { result: (turn) => (isFinal(turn) ? { outcome: 'completed' } : {}) });
    return turns;
  },
};

/** The execution of one call of the model. A step of a computer has no name, so it is no execution of its own. */
const dispatch: OperationPoint = {
  ...runner,
  method: 'dispatchTool',
  around({ operations, original, args }) {
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
  },
};

export const responsesRunner: readonly OperationPoint[] = [iterate, dispatch];
