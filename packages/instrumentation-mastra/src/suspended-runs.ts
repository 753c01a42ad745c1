/** The spans of runs that wait for a person, to which the span of the run that resumes them links. */
import type { OpenOperation } from '@llmtrace/core';
import { type SpanContext, trace } from '@opentelemetry/api';

/** A run that is never resumed stays here: the oldest is dropped. */
const MOST = 1000;

const suspended = new Map<string, SpanContext>();

export function noteSuspended(runId: unknown, { record }: OpenOperation): void {
  const span = trace.getSpanContext(record.context);
  if (typeof runId !== 'string' || span === undefined) return;
  suspended.delete(runId);
  suspended.set(runId, span);
  const [oldest] = suspended.keys();
  if (suspended.size > MOST && oldest !== undefined) suspended.delete(oldest);
}

export function takeSuspended(runId: unknown): SpanContext | undefined {
  if (typeof runId !== 'string') return undefined;
  const span = suspended.get(runId);
  suspended.delete(runId);
  return span;
}
