/** The spans of runs that wait for an answer of the application, to which the span of the run that gets it links. */
import type { OpenOperation } from '@llmtrace/core';
import { type SpanContext, trace } from '@opentelemetry/api';

/** By the agent or the workflow, then by the id of what it asks. */
const suspended = new WeakMap<object, Map<unknown, SpanContext>>();

/** An agent may wait for many users, some of which never answer. */
const MOST = 1000;

/** @param ids of what the run asks. */
export function noteSuspended(owner: object, operation: OpenOperation | undefined, ids: unknown): void {
  const span = operation && trace.getSpanContext(operation.record.context);
  if (!span || !Array.isArray(ids) || ids.length === 0) return;
  const waiting = suspended.get(owner) ?? new Map<unknown, SpanContext>();
  suspended.set(owner, waiting);
  for (const id of ids.slice(0, MOST)) waiting.set(id, span);
  for (const id of waiting.keys()) {
    if (waiting.size <= MOST) break;
    waiting.delete(id);
  }
}

/** @param ids of what the application answers. */
export function takeSuspended(owner: object, ids: readonly unknown[]): SpanContext | undefined {
  const waiting = suspended.get(owner);
  const id = waiting && ids.find((one) => waiting.has(one));
  const span = waiting?.get(id);
  waiting?.delete(id);
  return span;
}
