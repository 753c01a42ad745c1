/** The turns of the agents of a workflow with several: each begins with the agent's first step, and ends with a handoff. */
import { name, type PatchedCall } from '@llmtrace/core';
import { currentRun, type Run, type Turn } from './current-run.ts';

/** A step asks the model of the agent once. */
export function takeStep(call: PatchedCall): unknown {
  const { operations, original, args } = call;
  if (!operations.tracesAgents) return operations.askUnseen(() => original(...args));
  const turn = operations.safely(() => turnOf(call, currentRun()));
  const step = (): unknown => operations.askUnseen(() => original(...args));
  return turn ? turn.operation.run(step) : step();
}

function turnOf({ operations, self }: PatchedCall, run: Run | undefined): Turn | undefined {
  if (!run?.hasSeveral) return undefined;
  const agent = name(self.name);
  if (run.turn?.agent === agent) return run.turn;
  run.turn?.operation.end();
  const operation = operations.open(() => ({
    kind: 'invoke_agent',
    name: agent,
    around: run.operation.record.context,
  }));
  run.turn = operation && { agent, operation };
  return run.turn;
}
