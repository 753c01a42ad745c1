/**
 * Runs of agent workflows. The workflow goes on by its events, whether the application reads its stream or not: the
 * step that makes the last event ends the run. A step that fails ends it, too: LlamaIndex leaves its stream open then.
 */
import { fields, name, type OpenOperation, type OperationStart, type PatchedCall } from '@llmtrace/core';
import { currentRun, endRun, type Run, within } from './current-run.ts';

export function runStream({ operations, original, self, args }: PatchedCall): unknown {
  const operation = operations.open(() => startOf(self));
  if (!operation) return original(...args);
  const run: Run = { operation, hasSeveral: agentsOf(self).length > 1, turn: undefined };
  // The contexts of the steps hold `run`.
  operation.endWithout(run);
  return started(operation, () => within(run, () => original(...args)));
}

function started<T>(operation: OpenOperation, start: () => T): T {
  try {
    return start();
  } catch (error) {
    operation.end({ error });
    throw error;
  }
}

/** LlamaIndex' workflows have no name. */
function startOf(workflow: any): OperationStart {
  const [first, ...others] = agentsOf(workflow);
  return others.length > 0 ? { kind: 'invoke_workflow' } : { kind: 'invoke_agent', name: name(first) };
}

const agentsOf = ({ agents }: any): readonly unknown[] => [...agents.keys()];

type Step = (...args: unknown[]) => Promise<unknown>;

/** The workflow's constructor makes its steps as functions, and hands them to the engine in this method. */
export function watchSteps(call: PatchedCall): unknown {
  const { operations, original, self, args } = call;
  operations.safely(() => {
    for (const key of STEPS) if (typeof self[key] === 'function') self[key] = watched(call, self[key]);
  });
  return original(...args);
}

const STEPS = [
  'handleInputStep',
  'setupAgent',
  'runAgentStep',
  'parseAgentOutput',
  'executeToolCalls',
  'processToolResults',
] as const;

const watched =
  ({ operations }: PatchedCall, step: Step): Step =>
  async (...args) => {
    try {
      const event = await step(...args);
      operations.safely(() => {
        if (isLast(event)) endCurrent({});
      });
      return event;
    } catch (error) {
      operations.safely(() => endCurrent({ error }));
      throw error;
    }
  };

/** The label of `stopAgentEvent`. */
const LAST = 'llamaindex-stop';

const isLast = (event: unknown): boolean => fields(event)[Symbol.toStringTag as never] === LAST;

function endCurrent(end: Parameters<typeof endRun>[1]): void {
  const run = currentRun();
  if (run) endRun(run, end);
}
