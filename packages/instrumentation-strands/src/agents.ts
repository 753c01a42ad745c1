/** Runs of agents, plain or streamed: `invoke` reads the stream to its end. */
import {
  fields,
  lookUp,
  name,
  type OperationEnd,
  type OperationStart,
  type PatchedCall,
  traceSteps,
} from '@llmtrace/core';
import { hasOtherSpans } from './spans.ts';
import { noteSuspended, takeSuspended } from './suspended-runs.ts';

export const streamAgent = (call: PatchedCall): unknown =>
  traceSteps(
    call,
    () => startOf(call),
    ({ operations, self }, opened) => ({
      returned(result) {
        const end = lookUp(ENDS, String(fields(result).stopReason)) ?? {};
        if (end.outcome === 'interrupted') noteSuspended(self, opened(), result);
        if (end.outcome === undefined) operations.tellUnseen(opened());
        return end;
      },
    }),
  );

const startOf = ({ operations, self, args: [input] }: PatchedCall): OperationStart => ({
  kind: 'invoke_agent',
  name: name(self.name),
  conversationId: sessionOf(self),
  link: takeSuspended(self, input),
  hasOtherSpan: hasOtherSpans(operations),
});

/** Strands' id of sessions that the application has not named. Without a session manager, an agent invents one. */
const UNNAMED = 'default-session';

function sessionOf({ sessionManager }: PatchedCall['self']): string | undefined {
  const { sessionId } = fields(sessionManager);
  return sessionId === UNNAMED ? undefined : name(sessionId);
}

const INTERRUPTED: OperationEnd = { outcome: 'interrupted' };

/** By the reason for which a run has stopped. Of others, also of limits, it is complete. */
const ENDS: Readonly<Record<string, OperationEnd>> = {
  cancelled: { outcome: 'cancelled' },
  interrupt: INTERRUPTED,
  // A durable run stops at each step, and waits to be resumed.
  checkpoint: INTERRUPTED,
};
