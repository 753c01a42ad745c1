/** Tools that run in this process: their handlers run within the span of the tool that the model called. */
import { derivedFrom, fields, type OpenOperation, type Operations } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { sessionOf } from './session.ts';

/** In the metadata of a request that the CLI sends to a server of tools. */
const TOOL_USE_ID = 'claudecode/toolUseId';

type Handler = (...args: unknown[]) => unknown;

/**
 * @param options of `createSdkMcpServer()`.
 * @returns an object derived from them; undefined if they have no tools.
 */
export function observedServer(operations: Operations, options: any): unknown {
  const { name, tools } = fields(options);
  if (!Array.isArray(tools)) return undefined;
  const observed = tools.map((tool) =>
    typeof fields(tool).handler === 'function'
      ? derivedFrom(tool, { handler: within(operations, `mcp__${name}__${tool.name}`, tool.handler) })
      : tool,
  );
  return derivedFrom(options, { tools: observed });
}

const within = (operations: Operations, name: string, handler: Handler): Handler =>
  function (this: unknown, ...args) {
    const run = (): unknown => Reflect.apply(handler, this, args);
    const call = operations.safely(() => callOf(name, args));
    return call ? call.run(run) : run();
  };

function callOf(name: string, args: readonly unknown[]): OpenOperation | undefined {
  const { [TOOL_USE_ID]: id } = fields(fields(args.at(-1))._meta);
  return sessionOf(context.active())?.calls({ id, name, input: args.length > 1 ? args[0] : undefined });
}
