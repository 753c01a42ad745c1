/** Items of the Responses API for tools that the vendor runs: the model's calls and their results. */
import { type Part, parts, string } from '@llmtrace/core';
import { callId } from './parts.ts';

const { copied, parsed, list, isThere } = parts;

/** The fields that have a value. */
const known = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => isThere(value)));

export const serverCall = (item: any, type: string, details: object, name: unknown = type): Part[] => [
  {
    type: 'server_tool_call',
    id: callId(item),
    name: string(name) ?? type,
    server_tool_call: { type, ...known(details) },
  },
];

/** None where nothing of it is known. */
export function serverResult(item: any, type: string, details: object): Part[] {
  const response = { type, ...known(details) };
  return Object.keys(response).length === 1
    ? []
    : [{ type: 'server_tool_call_response', id: callId(item), server_tool_call_response: response }];
}

/** The search results are within the action; they become its result. */
export function webSearch(item: any): Part[] {
  const { sources, ...action } = item.action ?? {};
  return [
    ...serverCall(item, 'web_search', { action: item.action && copied(action) }),
    ...serverResult(item, 'web_search', { sources: copied(sources), results: copied(item.results) }),
  ];
}

export const fileSearch = (item: any): Part[] => [
  ...serverCall(item, 'file_search', { queries: copied(item.queries) }),
  ...serverResult(item, 'file_search', { results: copied(item.results) }),
];

export const codeInterpreter = (item: any): Part[] => [
  ...serverCall(item, 'code_interpreter', { code: item.code, container_id: item.container_id }),
  ...serverResult(item, 'code_interpreter', {
    outputs: item.outputs && list(item.outputs).flatMap(codeOutput),
  }),
];

function codeOutput(output: any): Part[] {
  const images = output.type === 'image' ? parts.link(output.url, 'image') : [];
  return images.length > 0 ? images : [parts.generic(output)];
}

export function imageGeneration(item: any): Part[] {
  const { revised_prompt, action, size, quality, background, output_format: format } = item;
  const image = parts.blob(item.result, 'image', format && `image/${format}`);
  return [
    ...serverCall(item, 'image_generation', { revised_prompt, action, size, quality, background }),
    ...serverResult(item, 'image_generation', {
      result: image.length > 0 ? image : undefined,
      error: copied(item.error),
    }),
  ];
}

export function mcpCall(item: any): Part[] {
  const { server_label, name } = item;
  return [
    ...serverCall(item, 'mcp', { server_label, arguments: parsed(item.arguments) }, name),
    ...serverResult(item, 'mcp', { output: copied(item.output), error: copied(item.error) }),
  ];
}

export const mcpListTools = (item: any): Part[] => [
  ...serverCall(item, 'mcp_list_tools', { server_label: item.server_label }),
  ...serverResult(item, 'mcp_list_tools', { tools: copied(item.tools), error: copied(item.error) }),
];

/** The vendor asks whether it may run a tool. */
export function mcpApprovalRequest(item: any): Part[] {
  const { server_label, name } = item;
  return serverCall(item, 'mcp_approval_request', { server_label, arguments: parsed(item.arguments) }, name);
}

export const mcpApprovalResponse = ({ approval_request_id: id, approve, reason }: any): Part[] =>
  serverResult({ id }, 'mcp_approval_response', { approve, reason });

/** Code of the model's, which calls tools. */
export const program = (item: any): Part[] => serverCall(item, 'program', { code: item.code });

export const programOutput = (item: any): Part[] =>
  serverResult(item, 'program', { result: item.result, status: item.status });

/** One agent has another do something. */
export const multiAgentCall = (item: any): Part[] =>
  serverCall(item, 'multi_agent', { arguments: parsed(item.arguments) }, item.action);
