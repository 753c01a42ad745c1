/** The spans of runs that wait for a person, to which the span of the run that resumes them links. */
import { fields, type OpenOperation } from '@llmtrace/core';
import { type SpanContext, trace } from '@opentelemetry/api';

/** A run that waits. */
interface Suspended {
  readonly span: SpanContext;
  /** The ids of what it asks. */
  readonly asked: ReadonlySet<unknown>;
}

/** A run asks no more than that: one thing for each tool of an answer. */
const MOST = 1000;

/** By the agent or the graph, which has one such run at most. */
const suspended = new WeakMap<object, Suspended>();

/** @param result of the run. */
export function noteSuspended(owner: object, operation: OpenOperation | undefined, result: unknown): void {
  const span = operation && trace.getSpanContext(operation.record.context);
  const { interrupts } = fields(result);
  if (!span || !Array.isArray(interrupts)) return;
  suspended.set(owner, { span, asked: new Set(interrupts.slice(0, MOST).map((one) => fields(one).id)) });
}

/** @param input of the run that may resume another one: it then has a person's answers alone. */
export function takeSuspended(owner: object, input: unknown): SpanContext | undefined {
  if (!Array.isArray(input)) return undefined;
  const { interruptId } = fields(fields(input[0]).interruptResponse);
  const run = suspended.get(owner);
  if (interruptId === undefined || !run?.asked.has(interruptId)) return undefined;
  suspended.delete(owner);
  return run.span;
}
