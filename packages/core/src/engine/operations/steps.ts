/**
 * Async generators that are operations. A generator begins with the first step that is read, and so does the operation: one that
 * the application never reads has done nothing, and has no span.
 */
import { type Context, context, createContextKey, type Span } from '@opentelemetry/api';
import type {
  Followed,
  OpenOperation,
  OperationEnd,
  OperationEnds,
  OperationStart,
  Operations,
} from '../../model/operations.ts';
import type { PatchedCall } from '../../vendor/vendor.ts';

const STEPS = createContextKey('llmtrace.steps');

/** What runs in the current step, if that is one of an operation. */
export const currentSteps = (): Steps | undefined => context.active().getValue(STEPS) as Steps | undefined;

/** @param opened the operation, which is there once the generator is read. */
export type StepEnds = (call: PatchedCall, opened: () => OpenOperation | undefined) => OperationEnds;

/**
 * Has a method that returns an async generator be an operation.
 *
 * @returns the generator itself.
 */
export function traceSteps(call: PatchedCall, start: () => OperationStart, ends: StepEnds): unknown {
  const { operations, original, args } = call;
  const iterator = original(...args);
  const steps = new Steps(operations, start);
  operations.follow(
    steps,
    iterator,
    ends(call, () => steps.operation),
  );
  return iterator;
}

/** The steps of one generator. */
export class Steps implements Followed {
  readonly #operations: Operations;
  readonly #start: () => OperationStart;
  #inside: Context | undefined;
  #hasBegun = false;
  /** The operation must not keep it: its garbage collection ends one that the application has left. */
  #iterator: WeakRef<object> | undefined;
  operation: OpenOperation | undefined;

  constructor(operations: Operations, start: () => OperationStart) {
    this.#operations = operations;
    this.#start = start;
  }

  run<T>(step: () => T): T {
    if (!this.#hasBegun) this.#begin();
    return this.#inside ? context.with(this.#inside, step) : step();
  }

  #begin(): void {
    this.#hasBegun = true;
    this.operation = this.#operations.open(this.#start);
    if (!this.operation) return;
    this.#enter(this.operation);
    const iterator = this.#iterator?.deref();
    if (iterator) this.operation.endWithout(iterator);
  }

  /** Takes the span that the framework has made for the operation. The steps that follow are within it. */
  adopt(span: Span): void {
    this.operation?.adopt(span);
    if (this.operation) this.#enter(this.operation);
  }

  #enter({ record }: OpenOperation): void {
    this.#inside = record.context.setValue(STEPS, this);
  }

  seen(): void {
    this.operation?.seen();
  }

  end(end?: OperationEnd): void {
    this.operation?.end(end);
  }

  endWithout(iterator: object): void {
    this.#iterator = new WeakRef(iterator);
  }
}
