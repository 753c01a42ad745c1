/**
 * Model calls, which the SDK of a model's vendor makes and its instrumentation traces. Strands' span of the call is not active then:
 * it is made so, and becomes that of the call.
 */
import {
  currentSteps,
  type Followed,
  type OpenOperation,
  type Operations,
  type PatchedCall,
} from '@llmtrace/core';
import { context, type Span, trace } from '@opentelemetry/api';
import { hasOtherSpans, modelSpanOf } from './spans.ts';

/** The runs that have asked a model. */
const asking = new WeakSet<OpenOperation>();

export function streamFromModel({ operations, original, self, args }: PatchedCall): unknown {
  const run = currentSteps()?.operation;
  if (run) asking.add(run);
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

/** A model of the application's own may send requests that no instrumentation sees, or none. */
export function tellUnseen(operations: Operations, run: OpenOperation | undefined): void {
  if (run && asking.has(run) && run.record.rollUp?.modelCalls === 0)
    operations.lacks('model calls that no instrumentation sees');
}
