/** Reads the attributes of an MCP request, before the client sends it or as it arrives at the server. */
import { type McpRequest, name, number, type OperationSubject } from '@llmtrace/core';

/** A connection of the SDK: its class `Protocol`, which clients and servers extend. */
export interface Connection {
  readonly _transport?: Transport | undefined;
  readonly _requestMessageId?: unknown;
  readonly _negotiatedProtocolVersion?: unknown;
  readonly _requestHandlers?: Map<string, Handler>;
  fallbackRequestHandler?: Handler | undefined;
}

interface Transport {
  readonly sessionId?: unknown;
  readonly _url?: unknown;
  readonly _protocolVersion?: unknown;
}

export type Handler = (...args: unknown[]) => unknown;

export interface Request {
  readonly method?: unknown;
  readonly id?: unknown;
  readonly params?: { readonly [key: string]: unknown; readonly _meta?: Readonly<Record<string, unknown>> };
}

/** The transports, by the SDK's class names. A minifier may rename the classes; the span then has no transport. */
const TRANSPORTS: readonly (readonly [
  name: RegExp,
  about: Pick<McpRequest, 'transport' | 'protocolName'>,
])[] = [
  [/stdio/i, { transport: 'pipe' }],
  [/websocket/i, { transport: 'tcp', protocolName: 'websocket' }],
  [/http|sse/i, { transport: 'tcp', protocolName: 'http' }],
];

const transportOf = (transport: object | undefined): Pick<McpRequest, 'transport' | 'protocolName'> => {
  const kind = String(transport?.constructor?.name);
  return TRANSPORTS.find(([pattern]) => pattern.test(kind))?.[1] ?? {};
};

function serverOf(url: unknown): McpRequest['server'] {
  if (!(url instanceof URL) || url.hostname === '') return undefined;
  return { address: url.hostname, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

/** @param id the id of the JSON-RPC message. */
export function requestOf(connection: Connection, { method, params }: Request, id: unknown): McpRequest {
  const transport = connection._transport;
  const isPrompt = method === 'prompts/get';
  return {
    method: name(method) ?? '',
    requestId: typeof id === 'string' || number(id) !== undefined ? name(String(id)) : undefined,
    sessionId: name(transport?.sessionId),
    protocolVersion: name(connection._negotiatedProtocolVersion) ?? name(transport?._protocolVersion),
    promptName: isPrompt ? name(params?.['name']) : undefined,
    resourceUri: name(params?.['uri']),
    ...transportOf(transport),
    server: serverOf(transport?._url),
  };
}

export const toolOf = ({ method, params }: Request): string | undefined =>
  method === 'tools/call' ? name(params?.['name']) : undefined;

export const subjectOf = (
  kind: 'mcp_client' | 'mcp_server',
  request: Request,
  mcp: McpRequest,
): OperationSubject => ({ kind, name: toolOf(request), mcp });

/** The JSON-RPC code of an error; undefined for an error without one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return Number.isSafeInteger(code) ? String(code) : undefined;
}

/** Whether a tool's result reports that the tool failed; the request itself then succeeded. */
export const isError = (result: unknown): boolean =>
  (result as { isError?: unknown } | null | undefined)?.isError === true;
