/**
 * The spans that ADK makes by itself. Where they would go to llmtrace's provider alone, its tracer is silent. Where the application has
 * registered a provider, they are those of the runs, the tools and the model calls, and llmtrace makes none.
 */
import { currentSteps, type OperationSubject, type Operations, scopeNameOf } from '@llmtrace/core';
import { type Span, trace } from '@opentelemetry/api';

/** Whether ADK's spans are those of the operations. Without llmtrace's provider, they go where llmtrace's own would go. */
export const hasOtherSpans = (operations: Operations): boolean => !operations.ownsSpans();

/** The active span, where ADK has made it and it is that of an operation. */
export function activeAdkSpan(operations: Operations): Span | undefined {
  if (!hasOtherSpans(operations)) return undefined;
  const span = trace.getActiveSpan();
  return span && scopeNameOf(span) === 'gcp.vertex.agent' ? span : undefined;
}

/** Has the operation of the current step adopt ADK's active span. */
export function adoptSpan(operations: Operations, isOf: (subject: OperationSubject) => boolean): void {
  operations.safely(() => {
    const span = activeAdkSpan(operations);
    const steps = currentSteps();
    if (span && steps?.operation && isOf(steps.operation.record.subject)) steps.adopt(span);
  });
}
