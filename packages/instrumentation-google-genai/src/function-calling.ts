/**
 * Automatic function calling: the SDK's own loop of model calls and of the application's callable tools. It is the run of an
 * agent without a name. Chats run it, too.
 */
import {
  derivedFrom,
  fields,
  lookUp,
  name,
  type OperationEnd,
  type Operations,
  objects,
  type PatchedCall,
} from '@llmtrace/core';

type Params = any;
type Tool = any;

/** `generateContent` with callable tools. */
export function runFunctions({ operations, original, args }: PatchedCall): unknown {
  const [params, ...rest] = args;
  if (!operations.safely(() => callsFunctions(fields(params).config))) return original(params, ...rest);
  const copy = operations.safely(() => withTracedTools(params, operations)) ?? params;
  return operations.trace(
    () => ({ kind: 'invoke_agent' }),
    () => original(copy, ...rest),
    {
      result: () => end(copy, params),
      error: () => end(copy, params),
    },
  );
}

/** `generateContentStream` with callable tools. */
export function streamFunctions({ operations, original, args }: PatchedCall): unknown {
  const run = operations.open(() => ({ kind: 'invoke_agent' }));
  if (!run) return original(...args);
  const failed = (error: unknown): never => {
    run.end({ error });
    throw error;
  };
  return run
    .run(() => original(...args))
    .then((stream: AsyncIterator<unknown>) => {
      operations.follow(run, stream);
      return stream;
    }, failed);
}

/** The tools of a streamed run, by the names of their functions: the SDK's own map. */
export async function traceTools({ operations, original, args }: PatchedCall): Promise<unknown> {
  const map: Map<string, Tool> = await original(...args);
  operations.safely(() => {
    for (const [key, tool] of map) map.set(key, traced(tool, operations));
  });
  return map;
}

const isCallable = (tool: Tool): boolean => typeof tool?.callTool === 'function';

/** Whether the SDK calls functions by itself, as it decides that. */
function callsFunctions({ tools, automaticFunctionCalling: options }: any = {}): boolean {
  const calls = options?.maximumRemoteCalls;
  const isOff = options?.disable || calls === 0 || (calls && (calls < 0 || !Number.isInteger(calls)));
  return !isOff && Array.isArray(tools) && tools.some(isCallable);
}

const withTracedTools = (params: Params, operations: Operations): Params => ({
  ...params,
  config: {
    ...params.config,
    tools: params.config.tools.map((tool: Tool) => (isCallable(tool) ? traced(tool, operations) : tool)),
  },
});

/** The SDK moves a schema within the config that it gets: the application's, which it reads, gets the same. */
function end({ config: copy }: Params, { config }: Params): OperationEnd {
  if (copy === config || !('responseSchema' in config) || 'responseSchema' in copy) return {};
  config.responseJsonSchema = copy.responseJsonSchema;
  delete config.responseSchema;
  return {};
}

/** A tool that calls the application's; all else is inherited from it. */
function traced(tool: Tool, operations: Operations): Tool {
  let declared: readonly string[] | undefined;
  return derivedFrom(tool, {
    async tool(...args: unknown[]) {
      const declaration = await tool.tool(...args);
      declared = operations.safely(() =>
        objects(declaration?.functionDeclarations).map((f) => String(f.name)),
      );
      return declaration;
    },
    callTool(calls: unknown, ...rest: unknown[]) {
      const isOwn = (call: any): boolean => declared === undefined || declared.includes(call.name);
      const ownCalls = operations.safely(() => objects(calls).filter(isOwn)) ?? [];
      return execute(ownCalls, operations, () => tool.callTool(calls, ...rest));
    },
  });
}

/** Runs a tool's function for the calls of one turn, each of which is an execution: the SDK hands over all of them at once. */
function execute(calls: readonly any[], operations: Operations, run: () => unknown): unknown {
  const executions = calls.flatMap((call) => operations.open(() => startOf(call)) ?? []);
  const [first, ...others] = executions;
  if (!first) return run();
  const ended = (endOf: (at: number) => OperationEnd): OperationEnd => {
    for (const [at, execution] of others.entries()) execution.end(endOf(at + 1));
    return endOf(0);
  };
  return operations.endWith(
    first,
    () => (others.length > 0 ? operations.together(executions, run) : first.run(run)),
    {
      result: (parts) => ended((at) => resultOf(parts, calls, at)),
      error: (error) => ended(() => ({ error })),
    },
  );
}

const startOf = (call: any) => ({
  kind: 'execute_tool' as const,
  name: name(call.name),
  toolType: 'function' as const,
  toolCallId: name(call.id),
  arguments: call.args,
});

/** The part of a function's answer: that of its id, or else of its name, in the order of the calls. By convention, an error has the key `error`. */
function resultOf(parts: unknown, calls: readonly any[], at: number): OperationEnd {
  const answers = objects(parts).flatMap(({ functionResponse }) => objects([functionResponse]));
  const { id, name: wanted } = calls[at];
  const before = calls.slice(0, at).filter((call) => call.name === wanted).length;
  const answer =
    answers.find((candidate) => id !== undefined && candidate.id === id) ??
    answers.filter((candidate) => candidate.name === wanted)[before];
  const result = answer?.response;
  const hasFailed = lookUp(result, 'error') !== undefined;
  return { result, ...(hasFailed && { errorType: 'tool_error' }) };
}
