/**
 * Model calls, which the SDK of a model makes and its instrumentation traces. Where the application has a provider, ADK's span of the
 * call becomes that of the call.
 */
import {
  currentSteps,
  type Followed,
  type OpenOperation,
  type Operations,
  type PatchedCall,
} from '@llmtrace/core';
import { context, createContextKey, type Span } from '@opentelemetry/api';
import { activeAdkSpan, hasOtherSpans } from './spans.ts';

/** The runs that have asked a model. */
const asking = new WeakSet<OpenOperation>();

/** ADK counts its requests just before it asks a model. */
export function countRequest({ original, args }: PatchedCall): unknown {
  const result = original(...args);
  const run = currentSteps()?.operation;
  if (run) asking.add(run);
  return result;
}

/** A model of the application's own may send requests that no instrumentation sees, or none. */
export function tellUnseen(operations: Operations, run: OpenOperation | undefined): void {
  if (run && asking.has(run) && run.record.rollUp?.modelCalls === 0)
    operations.lacks('model calls that no instrumentation sees');
}

const STEP = createContextKey('llmtrace.adk.step');

/**
 * A request of a model, with the tools that it asks for. ADK does not end its span where the application leaves the step, or where
 * something within it throws: the model call would have no span.
 */
export function runStep({ operations, original, args }: PatchedCall): unknown {
  const iterator = original(...args);
  if (hasOtherSpans(operations)) operations.follow(new Step(), iterator);
  return iterator;
}

class Step implements Followed {
  modelSpan: Span | undefined;

  run<T>(step: () => T): T {
    return context.with(context.active().setValue(STEP, this), step);
  }

  seen(): void {}

  end(): void {
    if (this.modelSpan?.isRecording()) this.modelSpan.end();
  }

  endWithout(): void {}
}

/** ADK calls it within its span of the model call. */
export function takeModelSpan({ operations, original, args }: PatchedCall): unknown {
  operations.safely(() => {
    const step = context.active().getValue(STEP) as Step | undefined;
    if (step) step.modelSpan = activeAdkSpan(operations);
  });
  return original(...args);
}
