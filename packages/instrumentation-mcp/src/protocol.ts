/**
 * The two methods of the SDK's class `Protocol` that all requests of both sides go through: the one that sends a request
 * and the one that has a handler answer it.
 */
import type { McpRequest, OperationEnds, Operations, PatchedCall } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { placeOf, withTrace } from './propagation.ts';
import {
  type Connection,
  codeOf,
  type Handler,
  isError,
  type Request,
  requestOf,
  subjectOf,
  toolOf,
} from './request.ts';

const ends = {
  result: (result: unknown) => (isError(result) ? { errorType: 'tool_error', result } : { result }),
  error: (error: unknown) => ({ errorType: codeOf(error) }),
} satisfies OperationEnds;

/** @param at the index of the request in the arguments. */
export function sends({ operations, original, self, args }: PatchedCall, at: number): unknown {
  const request = args[at] as Request;
  const mcp = operations.safely(() => requestOf(self, request, self._requestMessageId));
  if (!mcp) return original(...args);
  const send = (): unknown => original(...args.with(at, carrying(operations, request)));
  const tool = toolOf(request);
  const taken = tool === undefined ? undefined : operations.takeTool(tool, mcp);
  if (taken)
    return observed(
      context.with(taken.context, send),
      (result) => isError(result) && taken.fails('tool_error'),
    );
  return operations.trace(
    () => ({ ...subjectOf('mcp_client', request, mcp), arguments: argumentsOf(request) }),
    send,
    {
      ...ends,
      error: (error) =>
        isStopped(args[at + 2]) ? { outcome: 'cancelled', errorType: 'cancelled' } : ends.error(error),
    },
  );
}

/** Whether the application has stopped a request by the signal of its options: the error is the one of a timeout. */
const isStopped = (options: unknown): boolean =>
  (options as { signal?: AbortSignal } | undefined)?.signal?.aborted === true;

const carrying = (operations: Operations, request: Request): Request =>
  operations.safely(() => withTrace(request, context.active(), operations.mcpPropagate)) ?? request;

const argumentsOf = (request: Request): unknown =>
  toolOf(request) === undefined ? undefined : request.params?.['arguments'];

async function observed(result: unknown, observe: (value: unknown) => void): Promise<unknown> {
  const value = await result;
  observe(value);
  return value;
}

/** Runs the handler of this request within the request's operation. */
export function answers({ operations, original, self, args }: PatchedCall): unknown {
  const connection = self as Connection;
  const [request] = args as [Request];
  const handlers = connection._requestHandlers;
  const mcp = operations.safely(() => requestOf(connection, request, request.id));
  if (!mcp || !(handlers instanceof Map)) return original(...args);
  const wrapped = (handler: Handler | undefined): Handler | undefined =>
    handler && answering(operations, handler, request, mcp);
  // The method looks the handler up before it returns. Nothing of the application runs in between.
  const { fallbackRequestHandler: fallback } = connection;
  Object.defineProperty(handlers, 'get', {
    value: (method: string) => wrapped(Map.prototype.get.call(handlers, method)),
    configurable: true,
  });
  if (fallback) connection.fallbackRequestHandler = wrapped(fallback);
  try {
    return original(...args);
  } finally {
    Reflect.deleteProperty(handlers, 'get');
    if (fallback) connection.fallbackRequestHandler = fallback;
  }
}

const answering =
  (operations: Operations, handler: Handler, request: Request, mcp: McpRequest): Handler =>
  (...args) =>
    operations.trace(
      () => ({
        ...subjectOf('mcp_server', request, mcp),
        ...placeOf(request),
        arguments: argumentsOf(request),
      }),
      () => handler(...args),
      ends,
    );
