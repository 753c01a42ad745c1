/** Tools, as agents and workflows execute them. */
import {
  derivedFrom,
  fields,
  name,
  type OperationEnd,
  type OperationStart,
  type Operations,
  type PatchedCall,
} from '@llmtrace/core';
import { context, createContextKey } from '@opentelemetry/api';
import { activeAdkSpan, hasOtherSpans } from './spans.ts';

export function callTool({ operations, original, args: [tool, ...rest] }: PatchedCall): unknown {
  const traced = operations.safely(() => tracedTool(operations, tool));
  return original(traced ?? tool, ...rest);
}

/** What ADK hands to a tool. */
interface Request {
  readonly args?: unknown;
  readonly toolContext?: unknown;
}

interface Tool {
  readonly name: string;
  readonly description: string;
  runAsync(request: Request): unknown;
}

/**
 * A tool whose run is an operation. It begins within ADK's span of the tool, of which ADK sets the attributes once the tool has run.
 * ADK reads no more of a tool than this.
 */
function tracedTool(operations: Operations, tool: Tool): object {
  const { name: toolName, description } = tool;
  return derivedFrom(tool, {
    // Getters of a class may read fields that the derived object does not have.
    name: toolName,
    description,
    runAsync: (request: Request) => execute(operations, tool, request, () => tool.runAsync(request)),
  });
}

/** ADK's classes of tools, where the function is not replaced: no hook has seen its file, or it is in a bundle. */
export const runTool = ({ operations, original, self, args: [request, ...rest] }: PatchedCall): unknown =>
  context.active().getValue(TOOL) === self
    ? original(request, ...rest)
    : execute(operations, self, request, () => original(request, ...rest));

/** The context key of the tool that is executed. */
const TOOL = createContextKey('llmtrace.adk.tool');

function execute(operations: Operations, tool: Tool, request: Request, run: () => unknown): unknown {
  const operation = operations.open(() => startOf(operations, tool, request));
  if (!operation) return run();
  const span = operations.safely(() => activeAdkSpan(operations));
  if (span) operation.adopt(span);
  const within = operation.record.context.setValue(TOOL, tool);
  return operations.endWith(operation, () => context.with(within, run), {
    result: (result) => endOf(result, request),
  });
}

const startOf = (operations: Operations, tool: Tool, { args, toolContext }: Request): OperationStart => ({
  kind: 'execute_tool',
  name: name(tool.name),
  agentName: name(fields(fields(fields(toolContext).invocationContext).agent).name),
  toolType: 'function',
  toolCallId: name(fields(toolContext).functionCallId),
  arguments: args,
  hasOtherSpan: hasOtherSpans(operations),
});

/** A tool that asks a person for a confirmation or for credentials returns; ADK executes it again with the answer. */
function endOf(result: unknown, { toolContext }: Request): OperationEnd {
  if (isWaiting(fields(toolContext))) return { outcome: 'interrupted', result };
  const { error, isError } = fields(result);
  return (error ?? undefined) === undefined && isError !== true
    ? { result }
    : { errorType: 'tool_error', result };
}

function isWaiting({ actions, functionCallId }: Readonly<Record<string, unknown>>): boolean {
  const { requestedToolConfirmations, requestedAuthConfigs } = fields(actions);
  return [requestedToolConfirmations, requestedAuthConfigs].some(
    (requested) => fields(requested)[String(functionCallId)] !== undefined,
  );
}
