/**
 * Model calls, which the SDK of a model's vendor makes and its instrumentation traces. Strands' span of the call is not active then:
 * it is made so, and becomes that of the call.
 */
import { currentSteps, type Followed, type Operations, type PatchedCall } from '@llmtrace/core';
import { context, type Span, trace } from '@opentelemetry/api';
import { hasOtherSpans, modelSpanOf } from './spans.ts';

export function streamFromModel({ operations, original, self, args }: PatchedCall): unknown {
  const run = currentSteps()?.operation;
  operations.asksModel(run);
  const iterator = original(...args);
  const span = operations.safely(() => modelSpanOf(self._tracer));
  const adopted = span?.isRecording() && hasOtherSpans(operations) ? span : undefined;
  if (adopted || !run) operations.follow(modelStep(operations, adopted, run === undefined), iterator);
  return iterator;
}

/** Strands ends its span itself. A run knows its model calls; without one, as where agents are not traced, the step looks for its own. */
function modelStep(operations: Operations, span: Span | undefined, isAlone: boolean): Followed {
  const tellUnseen = isAlone ? operations.watchUnseen() : undefined;
  return {
    run: (step) => (span ? context.with(trace.setSpan(context.active(), span), step) : step()),
    seen() {},
    end(end) {
      if (end?.error === undefined) tellUnseen?.();
    },
    endWithout() {},
  };
}
