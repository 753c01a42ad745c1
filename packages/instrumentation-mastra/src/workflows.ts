/** Runs of workflows. Mastra also builds agents out of workflows, which it marks as internal in its own tracing. */
import { name, type OpenOperation, type PatchedCall } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { endOfStatus } from './ends.ts';
import { networkOf, withoutNetwork } from './networks.ts';
import { noteSuspended, takeSuspended } from './suspended-runs.ts';

/** `InternalSpans.WORKFLOW` of Mastra. */
const WORKFLOW = 1;

const isInternal = ({ tracingPolicy }: any): boolean => (tracingPolicy?.internal & WORKFLOW) !== 0;

export function runWorkflow(call: PatchedCall): unknown {
  const { operations, original, self, args } = call;
  const operation = operations.safely(() => operationOf(call));
  if (!operation) return original(...args);
  return operations.endWith(operation, () => inside(operation, () => original(...args)), {
    result(result) {
      const end = endOfStatus(result);
      if (end.outcome === 'interrupted') noteSuspended(self.runId, operation);
      return end;
    },
  });
}

function operationOf({ operations, self }: PatchedCall): OpenOperation | undefined {
  if (isInternal(self)) return networkOf(self.workflowId);
  return operations.open(() => ({
    kind: 'invoke_workflow',
    name: name(self.workflowId),
    link: takeSuspended(self.runId),
  }));
}

const inside = <T>(operation: OpenOperation, run: () => T): T =>
  operation.run(() => context.with(withoutNetwork(context.active()), run));
