/** `runTools`: the SDK's own loop of model calls and tools. It is the run of an agent without a name. */
import { derivedFrom, name, type Operations, objects, type PatchedCall } from '@llmtrace/core';

type Tool = any;
type Runner = { readonly messages?: unknown };
type Run = (this: unknown, ...args: unknown[]) => unknown;

/** The runner, and the operations of the client's instrumentation. */
interface Loop {
  readonly operations: Operations;
  readonly runner: Runner;
}

/**
 * The application's tool with a traced function. It inherits from the application's object instead of copying it: tools
 * with a schema of zod have hidden fields.
 */
function traced(tool: Tool, loop: Loop): Tool {
  if (typeof tool?.$callback === 'function')
    return derivedFrom(tool, {
      $callback: within(loop, tool, name(tool.function?.name), tool.$callback, false),
    });
  const fn = tool?.function;
  if (tool?.type !== 'function' || typeof fn?.function !== 'function') return tool;
  const toolName = name(fn.name) ?? name(fn.function.name);
  const hasParser = typeof fn.parse === 'function';
  return derivedFrom(tool, {
    function: derivedFrom(fn, {
      function: within(loop, fn, toolName, fn.function, !hasParser),
      ...(hasParser && { parse: (...args: unknown[]) => fn.parse(...args) }),
    }),
  });
}

/** @param isRaw whether the function receives its arguments as the JSON text of the model. */
function within(
  { operations, runner }: Loop,
  self: unknown,
  tool: string | undefined,
  run: Run,
  isRaw: boolean,
) {
  const replaced = (...args: unknown[]): unknown =>
    operations.trace(
      () => ({
        kind: 'execute_tool',
        name: tool,
        toolType: 'function',
        toolCallId: callId(runner, tool, isRaw ? args[0] : undefined),
        arguments: args[0],
      }),
      () => run.apply(self, args),
    );
  return Object.defineProperties(replaced, {
    name: { value: run.name, configurable: true },
    length: { value: run.length, configurable: true },
  });
}

/** The SDK does not pass the id of the call to the function. This is the id of the only call that matches; undefined if several do. */
function callId({ messages }: Runner, tool: string | undefined, args: unknown): string | undefined {
  const request = Array.isArray(messages)
    ? messages.findLast((message) => message?.role === 'assistant')
    : undefined;
  let only: unknown;
  for (const { id, function: asked } of objects(request?.tool_calls)) {
    if (asked?.name !== tool || (args !== undefined && asked?.arguments !== args)) continue;
    if (only !== undefined) return undefined;
    only = id;
  }
  return name(only);
}

/** The methods of both kinds of runners, plain and streamed. */
export function runTools({ operations, original, self, args }: PatchedCall): unknown {
  const [client, params, ...rest] = args;
  return operations.trace(
    () => ({ kind: 'invoke_agent' }),
    () => original(client, withTools(params, { operations, runner: self }), ...rest),
    { result: () => ({}) },
  );
}

function withTools(params: any, loop: Loop): unknown {
  const tools = loop.operations.safely(() =>
    Array.isArray(params?.tools) ? params.tools.map((tool: Tool) => traced(tool, loop)) : undefined,
  );
  return tools ? { ...params, tools } : params;
}
