/**
 * Runs of `@google/adk`, which llmtrace does not patch: the spans that it makes for them get the sums of the calls and the tools
 * within, as the runs that llmtrace traces have them. Each span beneath carries the run, because ADK's contexts hold only a span.
 * ADK never ends the span of a model call where the application leaves the run, or where something within the call throws: the run
 * ends it, or else the call would have no span.
 */
import {
  type AgentOperation,
  carriedBy,
  carry,
  countTool,
  notifyOperationEnd,
  operationFrom,
  operationOf,
  processWide,
  rollUpAttributes,
} from '@llmtrace/core/internal';
import { type Attributes, type Context, diag as globalDiag, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace-base';

/** ADK's spans have no attributes when they start. */
const SCOPE = 'gcp.vertex.agent';
const RUN = /^invoke_agent (.+)$/;
const MODEL = 'call_llm';
/** Several calls of tools at once have a span more, which is none of them. */
const TOOL = /^execute_tool (?!\(merged\)$)/;

const diag = globalDiag.createComponentLogger({ namespace: '@llmtrace/auto' });

/** The run of each span of a run that has not ended. */
const runs = new WeakMap<object, AgentOperation>();
/** The spans of model calls that have not ended, of each run that has not ended. */
const modelSpans = new WeakMap<AgentOperation, Map<object, Span>>();

export function spanStarts(span: Span, around: Context): void {
  const isOfFramework = span.instrumentationScope.name === SCOPE;
  const agent = isOfFramework ? RUN.exec(span.name)?.[1] : undefined;
  if (agent !== undefined) {
    const run = operationFrom({ kind: 'invoke_agent', name: agent, around }, performance.now());
    runs.set(span, run);
    modelSpans.set(run, new Map());
    carry(span, run);
    return;
  }
  const carried = carriedBy(trace.getSpan(around));
  if (!carried) return;
  carry(span, carried);
  if (!isOfFramework) return;
  if (span.name === MODEL) modelSpans.get(carried)?.set(span, span);
  if (TOOL.test(span.name)) countTool(operationOf(around), performance.now());
}

/** @returns the sums of the run that the span is of. */
export function spanEnds(span: ReadableSpan): Attributes | undefined {
  const run = runs.get(span);
  if (!run) {
    const around = carriedBy(span);
    if (around) modelSpans.get(around)?.delete(span);
    return undefined;
  }
  runs.delete(span);
  for (const left of modelSpans.get(run)?.values() ?? []) left.end();
  run.endTime = performance.now();
  run.outcome = span.status.code === SpanStatusCode.ERROR ? 'failed' : 'completed';
  notifyOperationEnd({ observers: processWide().observers ?? [], diag }, run);
  return rollUpAttributes(run);
}
