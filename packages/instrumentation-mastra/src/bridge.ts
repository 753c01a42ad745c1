/**
 * The spans of `@mastra/otel-bridge`. One stands for all model calls of a run, and has the sums of their tokens; it is not the active
 * one. Those around a call that llmtrace traces get no tokens, which are on the spans of the calls.
 */
import type { OtherModelSpan, PatchedCall } from '@llmtrace/core';

const LIBRARY = '@mastra/otel-bridge';

/** More spans than this are never within one another. */
const MAX_SPANS = 100;

/** The span of that id and those around it, as far as they are open. */
function spansAround(bridge: any, id: string): OtherModelSpan[] {
  const spans: OtherModelSpan[] = [];
  let span = bridge.otelSpanMap.get(id)?.otelSpan;
  while (span && spans.length < MAX_SPANS) {
    spans.push({ library: LIBRARY, span, isShared: true });
    // By the newer and the older line of OpenTelemetry's SDK.
    span = bridge.otelSpanMap.get(span.parentSpanContext?.spanId ?? span.parentSpanId)?.otelSpan;
  }
  return spans;
}

export const runInSpan = ({ operations, original, self, args: [id, run] }: PatchedCall): unknown =>
  original(id, () => operations.besideSpans(() => spansAround(self, id), run));
