/** Runs of agents. ADK's runner, or another agent, begins a run and reads the events of `runAsync`. */
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
import { adoptSpan, hasOtherSpans } from './spans.ts';
import { noteSuspended, takeSuspended } from './suspended-runs.ts';

/** The argument is what ADK knows of the invocation. */
export const runAgent = (call: PatchedCall): unknown => traceSteps(call, () => startOf(call), endsOf);

const startOf = ({ operations, self, args: [invocation] }: PatchedCall): OperationStart => ({
  kind: isWorkflow(self) ? 'invoke_workflow' : 'invoke_agent',
  name: name(self.name),
  conversationId: name(fields(fields(invocation).session).id),
  link: takeSuspended(self, answeredIn(fields(invocation).userContent)),
  hasOtherSpan: hasOtherSpans(operations),
});

/** The marks of agents whose control flow is the application's, which ADK calls workflow agents, and that of routers. */
const WORKFLOWS = ['sequentialAgent', 'parallelAgent', 'loopAgent', 'routedAgent'].map((kind) =>
  Symbol.for(`google.adk.${kind}`),
);

const isWorkflow = (agent: object): boolean => WORKFLOWS.some((mark) => mark in agent);

/** The ids of the requests that a message of the user answers. */
export function answeredIn(content: unknown): unknown[] {
  const { parts } = fields(content);
  if (!Array.isArray(parts)) return [];
  return parts.map((part) => fields(fields(part).functionResponse).id);
}

function endsOf({ operations, self, args }: PatchedCall, opened: () => OpenOperation | undefined) {
  const isAborted = (): boolean => fields(fields(args[0]).abortSignal).aborted === true;
  // Workflow agents go on after an agent that has failed or that waits.
  const isOf = ({ author }: Event): boolean => author === self.name || !isWorkflow(self);
  let end: OperationEnd = {};
  return {
    result(value) {
      const event: Event = fields(value);
      if (isOf(event)) {
        end = endBy(event);
        noteSuspended(self, opened(), event['longRunningToolIds']);
      }
      // That of a run which the application leaves now.
      return { outcome: end.outcome ?? 'cancelled' };
    },
    returned() {
      if (isAborted()) return CANCELLED;
      if (end.outcome === undefined && end.errorType === undefined) operations.tellUnseen(opened());
      return { outcome: end.outcome, errorType: end.errorType };
    },
    error: () => (isAborted() ? CANCELLED : {}),
  } satisfies OperationEnds;
}

const CANCELLED: OperationEnd = { outcome: 'cancelled' };

type Event = Readonly<Record<string, unknown>>;

/** The end of a run whose last event this is. ADK makes an event of the error of a model; an answer without content is none. */
export function endBy({ errorCode, longRunningToolIds }: Event): OperationEnd {
  if (errorCode !== undefined && errorCode !== 'STOP') return { errorType: codeOf(errorCode) };
  return Array.isArray(longRunningToolIds) && longRunningToolIds.length > 0 ? { outcome: 'interrupted' } : {};
}

/** `429`, `SAFETY`. A model of the application's own may set any text. */
const codeOf = (code: unknown): string => (/^\w{1,40}$/.test(String(code)) ? String(code) : '_OTHER');

/** ADK makes the context of a run within its span of the run. */
export function adoptAgentSpan({ operations, original, self, args }: PatchedCall): unknown {
  adoptSpan(operations, (subject) => subject.name === name(self.name));
  return original(...args);
}
