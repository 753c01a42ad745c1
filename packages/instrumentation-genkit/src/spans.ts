/**
 * `runInNewSpan`, through which Genkit makes all its spans: those of flows and tools are operations. Where Genkit's own spans are
 * exported, they get the sums of the runs, and llmtrace makes none besides.
 */
import {
  fields,
  name,
  type OpenOperation,
  type OperationEnd,
  type OperationEnds,
  type OperationStart,
  type PatchedCall,
} from '@llmtrace/core';
import { type Context, context, type Span } from '@opentelemetry/api';
import { agentRunOf, outsideOfRun, promptOf, toolRequestOf, withAgentRun, withPrompt } from './contexts.ts';
import { isStopped } from './generate.ts';
import { hasOwnSpans } from './telemetry.ts';

export function runInNewSpan(call: PatchedCall): unknown {
  const { operations, original, args } = call;
  const { metadata, labels } = fields(args.at(-2));
  const type = fields(labels)['genkit:type'];
  if (type === 'action' && fields(labels)['genkit:metadata:subtype'] === 'model')
    return operations.askUnseen(() => original(...args));
  if (!operations.tracesAgents) return original(...args);
  if (type === 'dotprompt')
    return context.with(withPrompt(context.active(), name(fields(metadata).name)), () => original(...args));
  if (type === 'util') return original(...adopting(args, awaitingSpan()));
  const start = operations.safely(() => startOf(fields(labels), name(fields(metadata).name)));
  return start ? traced(call, start) : original(...args);
}

/** The run around whose span is about to be made. */
function awaitingSpan(): OpenOperation | undefined {
  const run = agentRunOf(context.active());
  const operation = run?.awaitingSpan;
  if (run) run.awaitingSpan = undefined;
  return operation;
}

function startOf(labels: Record<string, unknown>, called: string | undefined): OperationStart | undefined {
  if (labels['genkit:type'] !== 'action') return undefined;
  switch (labels['genkit:metadata:subtype']) {
    case 'flow':
      return { kind: 'invoke_workflow', name: called };
    case 'agent':
      return { kind: 'invoke_agent', name: called };
    case 'tool':
    case 'tool.v2':
      return toolStart(called);
    default:
      return undefined;
  }
}

function toolStart(called: string | undefined): OperationStart {
  const { name: requested, ref, input } = toolRequestOf(context.active());
  return {
    kind: 'execute_tool',
    name: name(requested) ?? called,
    toolType: 'function',
    toolCallId: name(ref),
    agentName: promptOf(context.active()),
    arguments: input,
  };
}

function traced({ operations, original, args }: PatchedCall, start: OperationStart): unknown {
  const hasOtherSpan = hasOwnSpans(operations);
  const operation = operations.open(() => ({ ...start, hasOtherSpan }));
  if (!operation) return original(...args);
  const within = contextOf(start, operation);
  const run = (): unknown => original(...adopting(args, hasOtherSpan ? operation : undefined));
  return operations.endWith(operation, () => context.with(within, run), ENDS);
}

/** An agent runs `generate` for its own turns. */
function contextOf({ kind }: OperationStart, operation: OpenOperation): Context {
  const outside = outsideOfRun(operation.record.context);
  return kind === 'invoke_agent' ? withAgentRun(outside, { awaitingSpan: undefined }) : outside;
}

const ENDS: OperationEnds = {
  result: (result) => ({ result }),
  error(error): OperationEnd {
    if (fields(error).name === 'ToolInterruptError') return { outcome: 'interrupted' };
    return isStopped(error) ? { outcome: 'cancelled' } : {};
  },
};

type Inside = (metadata: unknown, span: Span, ...rest: unknown[]) => unknown;

/** The arguments with a function that hands Genkit's span to the operation. */
function adopting(args: readonly unknown[], operation: OpenOperation | undefined): unknown[] {
  const inside = args.at(-1) as Inside;
  if (!operation || typeof inside !== 'function') return [...args];
  const adopted: Inside = (metadata, span, ...rest) => {
    operation.adopt(span);
    return inside(metadata, span, ...rest);
  };
  return [...args.slice(0, -1), adopted];
}
