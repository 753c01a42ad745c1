/**
 * Tools, as an agent has them for one run: its own, those of toolsets and of MCP, its agents and its workflows. Mastra
 * makes new objects of them for each run.
 */
import { fields, name, type OperationEnd, type PatchedCall } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { forTool } from './current-agent.ts';
import { causeOf, INTERRUPTED } from './ends.ts';

type Execute = (this: unknown, input: unknown, options: unknown) => unknown;

const traced = new WeakSet<object>();

export async function traceTools(call: PatchedCall): Promise<unknown> {
  const tools = await call.original(...call.args);
  call.operations.safely(() => {
    for (const [key, tool] of Object.entries(fields(tools))) traceTool(call, key, tool);
  });
  return tools;
}

function traceTool(call: PatchedCall, key: string, tool: any): void {
  if (typeof tool?.execute !== 'function' || traced.has(tool)) return;
  const { execute } = tool as { execute: Execute };
  traced.add(tool);
  tool.execute = function (this: unknown, input: unknown, options: unknown): unknown {
    return run(call, { key, tool, input, options }, (noticed) => execute.call(this, input, noticed));
  };
}

interface Execution {
  /** The name by which the model calls the tool. */
  readonly key: string;
  readonly tool: object;
  readonly input: unknown;
  readonly options: unknown;
}

function run(
  { operations, self }: PatchedCall,
  { key, tool, input, options }: Execution,
  execute: (options: unknown) => unknown,
): unknown {
  const operation = operations.open(() => ({
    kind: 'execute_tool',
    name: name(key),
    toolType: 'function',
    toolCallId: name(fields(options).toolCallId),
    agentName: name(self.name),
    around: forTool(context.active(), key, tool),
    arguments: input,
  }));
  if (!operation) return execute(options);
  const wait = { isSuspended: false };
  return operations.endWith(operation, () => operation.run(() => execute(noting(wait, options))), {
    result: (result) => (wait.isSuspended ? INTERRUPTED : endOf(result)),
    error: (error) => ({ error: causeOf(error) }),
  });
}

/** The options with a `suspend` that is noticed: a tool that waits returns as one that has nothing to tell. */
function noting(wait: { isSuspended: boolean }, options: any): unknown {
  if (typeof options?.suspend !== 'function') return options;
  return {
    ...options,
    suspend(...args: unknown[]): unknown {
      wait.isSuspended = true;
      return options.suspend(...args);
    },
  };
}

/** Mastra returns the errors of the validation of arguments to the model. */
const endOf = (result: unknown): OperationEnd => ({
  result,
  ...(fields(result).error === true &&
    'validationErrors' in (result as object) && { errorType: 'tool_error' }),
});
