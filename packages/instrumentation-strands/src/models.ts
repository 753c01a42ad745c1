/**
 * Model calls, which the SDK of a model's vendor makes and its instrumentation traces. Strands' span of the call is not active then:
 * it is made so, and becomes that of the call.
 */
import type { Followed, PatchedCall } from '@llmtrace/core';
import { context, type Span, trace } from '@opentelemetry/api';
import { hasOtherSpans, modelSpanOf } from './spans.ts';

export function streamFromModel({ operations, original, self, args }: PatchedCall): unknown {
  const iterator = original(...args);
  const span = operations.safely(() => modelSpanOf(self._tracer));
  if (span?.isRecording() && hasOtherSpans(operations)) operations.follow(inSpan(span), iterator);
  return iterator;
}

/** Strands ends its span itself. */
const inSpan = (span: Span): Followed => ({
  run: (step) => context.with(trace.setSpan(context.active(), span), step),
  seen() {},
  end() {},
  endWithout() {},
});
