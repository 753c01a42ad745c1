/** Graphs and swarms, whose nodes are agents. */
import { fields, name, type OperationEnd, type PatchedCall, traceSteps } from '@llmtrace/core';
import { hasOtherSpans } from './spans.ts';
import { noteSuspended, takeSuspended } from './suspended-runs.ts';

export const streamWorkflow = (call: PatchedCall): unknown =>
  traceSteps(
    call,
    () => ({
      kind: 'invoke_workflow',
      name: name(call.self.id),
      link: takeSuspended(call.self, call.args[0]),
      hasOtherSpan: hasOtherSpans(call.operations),
    }),
    ({ self, args }, opened) => ({
      returned(result) {
        const end = endOf(fields(result));
        if (end.outcome === 'interrupted') noteSuspended(self, opened(), result);
        return end;
      },
      error: () => (fields(args[1]).cancelSignal?.aborted === true ? { outcome: 'cancelled' } : {}),
    }),
  );

/** A node that fails does not make the run throw. */
function endOf({ status, error, results }: Record<string, any>): OperationEnd {
  if (status === 'INTERRUPTED') return { outcome: 'interrupted' };
  if (status === 'CANCELLED') return { outcome: 'cancelled' };
  if (status !== 'FAILED') return {};
  const cause = error ?? (Array.isArray(results) ? results.find((node) => node?.error)?.error : undefined);
  return cause === undefined ? { errorType: '_OTHER' } : { error: cause };
}
