/** What is known of a run when it starts, whichever version starts it. */
import { fields, name, type OperationEnd, type OperationStart } from '@llmtrace/core';
import { type Context, context } from '@opentelemetry/api';
import { agentOf, withoutAgent } from './agents.ts';

export const CANCELLED: OperationEnd = { outcome: 'cancelled' };

/**
 * Whether a run is that of an agent: a model that has tools decides what runs. A run without tools is a model call, which has
 * its own span.
 */
export const isAgent = (tools: unknown): boolean =>
  agentOf(context.active()) !== undefined || Object.keys(fields(tools)).length > 0;

/**
 * @param functionId the name that the application gives it for telemetry.
 * @param hasOtherSpan whether the SDK's own telemetry makes its span.
 */
export function runStart(functionId: unknown, active: Context, hasOtherSpan: boolean): OperationStart {
  return {
    kind: 'invoke_agent',
    name: agentOf(active)?.name ?? name(functionId),
    around: withoutAgent(active),
    hasOtherSpan,
  };
}

/** A model that sends a request says so in its answer; so does one that answers from a cache. */
export function isSentNowhere(answer: unknown): boolean {
  const { request, response } = fields(answer);
  return fields(request).body === undefined && fields(response).headers === undefined;
}

/** How a tool has ended whose error the SDK hands to the model; undefined for one that has completed. */
export function toolEnd(output: unknown): OperationEnd | undefined {
  if (fields(output).type !== 'tool-error') return undefined;
  const { error } = fields(output);
  // What a tool throws need not be an error.
  return { error, ...(!(error instanceof Error) && { errorType: '_OTHER' }) };
}
