/** `runTools`: the SDK's own loop of model calls and tools. It is the run of an agent without a name. */
import { lookUp, name, type OperationPoint, type Operations, objects } from '@llmtrace/core';

type Tool = any;
type Runner = { readonly messages?: unknown };
type Run = (this: unknown, ...args: unknown[]) => unknown;

/** What a tool's function gets of the runner after its own argument. */
interface Loop {
  readonly operations: Operations;
  readonly runner: Runner;
}

/**
 * A tool that is the application's in all but its function. Derived, not copied: tools with a schema of zod have hidden
 * fields.
 */
function traced(tool: Tool, loop: Loop): Tool {
  if (typeof tool?.$callback === 'function')
    return derived(tool, { $callback: within(loop, tool, name(tool.function?.name), tool.$callback, false) });
  const fn = tool?.function;
  if (tool?.type !== 'function' || typeof fn?.function !== 'function') return tool;
  const called = name(fn.name) ?? name(fn.function.name);
  const hasParser = typeof fn.parse === 'function';
  return derived(tool, {
    function: derived(fn, {
      function: within(loop, fn, called, fn.function, !hasParser),
      ...(hasParser && { parse: (...args: unknown[]) => fn.parse(...args) }),
    }),
  });
}

function derived(original: object, changes: Record<string, unknown>): object {
  const made = Object.create(original);
  for (const [key, value] of Object.entries(changes))
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

/** @param isRaw whether the function gets its arguments as the model wrote them. */
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

/** The function is not told the id of its call: it is that of the one call that it can be. */
function callId({ messages }: Runner, tool: string | undefined, args: unknown): string | undefined {
  const asking = Array.isArray(messages)
    ? messages.findLast((message) => lookUp(message, 'role') === 'assistant')
    : undefined;
  const calls = objects(asking?.tool_calls).filter(
    ({ function: asked }) => asked?.name === tool && (args === undefined || asked?.arguments === args),
  );
  return calls.length === 1 ? name(calls[0].id) : undefined;
}

/** The methods of both kinds of runners, plain and streamed. */
export const runTools: OperationPoint = {
  files: ['lib/AbstractChatCompletionRunner'],
  className: 'AbstractChatCompletionRunner',
  path: 'AbstractChatCompletionRunner',
  isInternal: true,
  method: '_runTools',
  around({ operations, original, self, args: [client, params, ...rest] }) {
    return operations.trace(
      () => ({ kind: 'invoke_agent' }),
      () => original(client, withTools(params, { operations, runner: self }), ...rest),
      { result: () => ({}) },
    );
  },
};

function withTools(params: any, loop: Loop): unknown {
  const tools = loop.operations.safely(() =>
    Array.isArray(params?.tools) ? params.tools.map((tool: Tool) => traced(tool, loop)) : undefined,
  );
  return tools ? { ...params, tools } : params;
}
