/** Workflows of 2.0, whose nodes are agents, tools and functions. */
import {
  fields,
  name,
  type OpenOperation,
  type OperationEnd,
  type OperationEnds,
  type OperationStart,
  type PatchedCall,
  traceSteps,
} from '@llmtrace/core';
import { answeredIn } from './agents.ts';
import { adoptSpan, hasOtherSpans } from './spans.ts';
import { noteSuspended, takeSuspended } from './suspended-runs.ts';

/** The argument is the context of the workflow as a node. */
export const runWorkflow = (call: PatchedCall): unknown => traceSteps(call, () => startOf(call), endsOf);

function startOf({ operations, self, args: [node] }: PatchedCall): OperationStart {
  const { invocationContext, resumeInputs } = fields(node);
  const { session, userContent } = fields(invocationContext);
  return {
    kind: 'invoke_workflow',
    name: name(self.name),
    conversationId: name(fields(session).id),
    // A text may be the answer, too.
    link: takeSuspended(self, [...answeredIn(userContent), ...Object.keys(fields(resumeInputs))]),
    hasOtherSpan: hasOtherSpans(operations),
  };
}

function endsOf({ self, args: [node] }: PatchedCall, opened: () => OpenOperation | undefined) {
  const isAborted = (): boolean =>
    fields(fields(fields(node).invocationContext).abortSignal).aborted === true;
  return {
    returned(): OperationEnd {
      const { interruptIds } = fields(node);
      if (!Array.isArray(interruptIds) || interruptIds.length === 0)
        return isAborted() ? { outcome: 'cancelled' } : {};
      noteSuspended(self, opened(), interruptIds);
      return { outcome: 'interrupted' };
    },
    error: () => (isAborted() ? { outcome: 'cancelled' } : {}),
  } satisfies OperationEnds;
}

/** ADK calls it within its span of the workflow. */
export function adoptWorkflowSpan({ operations, original, args }: PatchedCall): unknown {
  adoptSpan(operations, ({ kind }) => kind === 'invoke_workflow');
  return original(...args);
}
