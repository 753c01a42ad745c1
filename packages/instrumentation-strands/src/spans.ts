/**
 * The spans that Strands makes by itself. Where they go to llmtrace's provider alone, none is made of what llmtrace has a span for.
 * Where the application has registered a provider, they are those of the runs, the tools and the model calls, and llmtrace makes none.
 */
import { currentSteps, fields, lookUp, type Operations, type PatchedCall } from '@llmtrace/core';
import { context, INVALID_SPAN_CONTEXT, type Span, trace } from '@opentelemetry/api';

/** Whether Strands' spans are those of the operations. Without llmtrace's provider, they go where llmtrace's own would go. */
export const hasOtherSpans = (operations: Operations): boolean => !operations.ownsSpans();

/** The span of the model call that a tracer has started last. Each agent has a tracer, and asks one model at a time. */
const modelSpans = new WeakMap<object, Span>();

export const modelSpanOf = (tracer: object): Span | undefined => modelSpans.get(tracer);

/** The kinds of operations, by Strands' names of them. */
const KINDS: Readonly<Record<string, string>> = {
  invoke_agent: 'invoke_agent',
  execute_tool: 'execute_tool',
  invoke_graph: 'invoke_workflow',
  invoke_swarm: 'invoke_workflow',
};

/** Strands makes all its spans by this method. */
export function startSpan({ operations, original, self, args }: PatchedCall): unknown {
  const { name, attributes } = fields(args[0]);
  if (String(name).startsWith('memory.')) return original(...args);
  if (operations.ownsAllSpans()) return silentSpan();
  const span = original(...args);
  if (hasOtherSpans(operations)) operations.safely(() => take(span, self, fields(attributes)));
  return span;
}

function take(span: Span, tracer: object, attributes: Readonly<Record<string, unknown>>): void {
  const operation = String(attributes['gen_ai.operation.name']);
  if (operation === 'chat') modelSpans.set(tracer, span);
  const kind = lookUp(KINDS, operation);
  const steps = currentSteps();
  if (kind !== undefined && steps?.operation?.record.subject.kind === kind) steps.adopt(span);
}

const silentSpans = new WeakSet<object>();

/** A span that records nothing, and has the ids of the one around. */
function silentSpan(): Span {
  const span = trace.wrapSpanContext(trace.getSpanContext(context.active()) ?? INVALID_SPAN_CONTEXT);
  silentSpans.add(span);
  return span;
}

/** What Strands runs within a span that is not made stays in the span around. */
export function withSpan({ original, args: [span, run] }: PatchedCall): unknown {
  return original(silentSpans.has(span) ? null : span, run);
}

/** The tokens of a node are those of the model calls within it, which have spans. */
export function endNode({ operations, original, args: [span, options] }: PatchedCall): unknown {
  if (!hasOtherSpans(operations)) return original(span, options);
  return original(span, { ...options, usage: undefined });
}
