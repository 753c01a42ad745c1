/** What is known of a run when it starts, whichever version starts it. */
import { fields, name, type OperationEnd, type OperationStart } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { agentOf, withoutAgent } from './agents.ts';

export const CANCELLED: OperationEnd = { outcome: 'cancelled' };

/**
 * Whether a run is that of an agent: a model that has tools decides what runs. A run without tools is a model call, which has
 * its own span.
 */
export const isAgent = (tools: unknown): boolean =>
  agentOf(context.active()) !== undefined || Object.keys(fields(tools)).length > 0;

/** @param functionId the name that the application gives it for telemetry. */
export function runStart(functionId: unknown): OperationStart {
  const active = context.active();
  return {
    kind: 'invoke_agent',
    name: agentOf(active)?.name ?? name(functionId),
    around: withoutAgent(active),
  };
}
