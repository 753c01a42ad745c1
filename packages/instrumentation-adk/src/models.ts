/**
 * Model calls, which the SDK of a model makes and its instrumentation traces. Where the application has a provider, ADK's span of the
 * call becomes that of the call.
 */
import { currentSteps, type Followed, fields, type OperationEnd, type PatchedCall } from '@llmtrace/core';
import { context, createContextKey, type Span } from '@opentelemetry/api';
import { endBy } from './agents.ts';
import { activeAdkSpan, hasOtherSpans } from './spans.ts';

/** ADK counts its requests just before it asks a model. */
export function countRequest({ operations, original, args }: PatchedCall): unknown {
  const result = original(...args);
  operations.asksModel(currentSteps()?.operation);
  const step = stepHere();
  if (step && !operations.tracesAgents) step.tellUnseen = operations.watchUnseen();
  return result;
}

const STEP = createContextKey('llmtrace.adk.step');

/**
 * A request of a model, with the tools that it asks for. ADK does not end its span where the application leaves the step, or where
 * something within it throws: the model call would have no span.
 */
export function runStep({ operations, original, args }: PatchedCall): unknown {
  const iterator = original(...args);
  // A run knows its model calls. Where agents are not traced, the step looks for its own.
  if (hasOtherSpans(operations) || !operations.tracesAgents)
    operations.follow(new Step(), iterator, { result: (event) => endBy(fields(event)) });
  return iterator;
}

const stepHere = (): Step | undefined => context.active().getValue(STEP) as Step | undefined;

class Step implements Followed {
  modelSpan: Span | undefined;
  tellUnseen: (() => void) | undefined;

  run<T>(step: () => T): T {
    return context.with(context.active().setValue(STEP, this), step);
  }

  seen(): void {}

  /** ADK makes an event of the error of a model, which may have sent no request. */
  end(end?: OperationEnd): void {
    if (end?.error === undefined && end?.errorType === undefined) this.tellUnseen?.();
    if (this.modelSpan?.isRecording()) this.modelSpan.end();
  }

  endWithout(): void {}
}

/** ADK calls it within its span of the model call. */
export function takeModelSpan({ operations, original, args }: PatchedCall): unknown {
  operations.safely(() => {
    const step = stepHere();
    if (step) step.modelSpan = activeAdkSpan(operations);
  });
  return original(...args);
}
