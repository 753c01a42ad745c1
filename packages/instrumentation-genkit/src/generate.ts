/**
 * `generate`, which prompts, chats and streams call, too. With tools, the model decides what runs: it is the run of an agent.
 * Without tools it is a model call, which has its own span.
 */
import { fields, type OperationEnd, type OperationEnds, type PatchedCall } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { agentRunOf, promptOf, withAgentRun, withToolRequest } from './contexts.ts';
import { hasOwnSpans } from './telemetry.ts';

/** Genkit throws the error of a run that the application stopped through flows around it. */
const stopped = new WeakSet<object>();

export const isStopped = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && stopped.has(error);

export function generate({ operations, original, args }: PatchedCall): unknown {
  const run = (): unknown => original(...args);
  const active = context.active();
  if (agentRunOf(active) || !operations.safely(() => isAgent(args[1]))) return run();
  const hasOtherSpan = hasOwnSpans(operations);
  const operation = operations.open(() => ({ kind: 'invoke_agent', name: promptOf(active), hasOtherSpan }));
  if (!operation) return run();
  const awaitingSpan = hasOtherSpan ? operation : undefined;
  const inside = withAgentRun(operation.record.context, { awaitingSpan });
  return operations.endWith(operation, () => context.with(inside, run), endsOf(args[1]));
}

/** Where the application asks for the model's requests of tools, it executes them itself. */
function isAgent(options: unknown): boolean {
  const { rawRequest, middleware } = fields(options);
  const { tools, returnToolRequests } = fields(rawRequest);
  if (returnToolRequests === true) return false;
  return (
    isFilled(tools) ||
    (Array.isArray(middleware) && middleware.some((layer) => isFilled(fields(layer).tools)))
  );
}

const isFilled = (list: unknown): boolean => Array.isArray(list) && list.length > 0;

const endsOf = (options: unknown): OperationEnds => ({
  result: (response): OperationEnd =>
    fields(response).finishReason === 'interrupted' ? { outcome: 'interrupted' } : {},
  error(error): OperationEnd {
    if (fields(options).abortSignal?.aborted !== true) return {};
    if (typeof error === 'object' && error !== null) stopped.add(error);
    return { outcome: 'cancelled' };
  },
});

/** A tool is not told the request that it is executed for. */
export function resolveToolRequest({ operations, original, args }: PatchedCall): unknown {
  const inside = operations.safely(() =>
    withToolRequest(context.active(), fields(fields(args[1]).toolRequest)),
  );
  return inside ? context.with(inside, () => original(...args)) : original(...args);
}
