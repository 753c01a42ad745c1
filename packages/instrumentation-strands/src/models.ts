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
  const adopted = span?.isRecording() && hasOtherSpans(operations) ? span : undefined;
  if (adopted || !run) operations.follow(modelStep(operations, adopted, run === undefined), iterator);
  return iterator;
}

/** Strands ends its span itself. */
const modelStep = (operations: Operations, span: Span | undefined, isAlone: boolean): Followed => ({
  run: (step) => (span ? context.with(trace.setSpan(context.active(), span), step) : step()),
  seen() {},
  end: isAlone ? tellingUnseen(operations) : () => {},
  endWithout() {},
});

/** A run knows its calls. Without one, where agents are not traced, all traced calls are counted before the step and after it. */
function tellingUnseen(operations: Operations): Followed['end'] {
  const before = operations.tracedCalls();
  return (end) => {
    if (end?.error === undefined && operations.tracedCalls() === before) operations.lacks(UNSEEN);
  };
}

const UNSEEN = 'model calls that no instrumentation sees';

/** A model of the application's own may send requests that no instrumentation sees, or none. */
export function tellUnseen(operations: Operations, run: OpenOperation | undefined): void {
  if (run && asking.has(run) && run.record.rollUp?.modelCalls === 0) operations.lacks(UNSEEN);
}
