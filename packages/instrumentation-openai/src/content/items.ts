/** The items of the Responses API, of which both its input and its output are made. */
import { type Message, type Part, parts, string } from '@llmtrace/core';
import { callId, contentParts, reasoningParts, toolCall, toolOutput } from './parts.ts';
import * as tools from './tools.ts';

const { copied, parsed } = parts;

/** Makes parts of one item in a list. */
type ItemReader = (item: any, items: readonly any[]) => Part[];

/** A call that the application has to answer. */
const called =
  (name: string, args: (item: any) => unknown): ItemReader =>
  (item) => [toolCall(item, name, copied(args(item)))];

/** The result of the application's tool. */
const result = (item: any, response: unknown): Part[] => [
  { type: 'tool_call_response', id: callId(item), response },
];

/** In a container of the vendor's, not on the application's machine. */
const isHosted = (shellCall: any): boolean => shellCall.environment?.type === 'container_reference';

const shellCall: ItemReader = (item) =>
  isHosted(item)
    ? tools.serverCall(item, 'shell', { action: copied(item.action) })
    : [toolCall(item, 'shell', copied(item.action))];

/** The ids of the hosted calls among items, found once for all of their outputs. */
const hosted = new WeakMap<readonly any[], ReadonlySet<unknown>>();

function hostedCalls(items: readonly any[]): ReadonlySet<unknown> {
  let ids = hosted.get(items);
  if (!ids) {
    const calls = items.filter((item) => item.type === 'shell_call' && isHosted(item));
    ids = new Set(calls.map(({ call_id }) => call_id));
    hosted.set(items, ids);
  }
  return ids;
}

/** Where it ran is known by the call alone. */
const shellOutput: ItemReader = (item, items) => {
  const output = copied(item.output) ?? null;
  return hostedCalls(items).has(item.call_id)
    ? tools.serverResult(item, 'shell', { output })
    : result(item, output);
};

/** The vendor looks for tools itself, or has the application do so. */
const isClient = (search: any): boolean => search.execution === 'client';

const toolSearch: ItemReader = (item) =>
  isClient(item)
    ? [toolCall(item, 'tool_search', parsed(item.arguments))]
    : tools.serverCall(item, 'tool_search', { arguments: parsed(item.arguments) });

const toolSearchOutput: ItemReader = (item) =>
  isClient(item)
    ? result(item, copied(item.tools) ?? null)
    : tools.serverResult(item, 'tool_search', { tools: copied(item.tools) });

const content: ItemReader = (item) => contentParts(item.content);
const output: ItemReader = (item) => result(item, toolOutput(item.output));

const READERS: ReadonlyMap<string, ItemReader> = new Map([
  ['message', content],
  ['agent_message', content],
  ['reasoning', (item) => [...reasoningParts(item.summary), ...reasoningParts(item.content)]],
  ['compaction', (item) => [{ type: 'compaction', id: string(item.id) }]],
  ['function_call', (item) => [toolCall(item, item.name, parsed(item.arguments))]],
  ['function_call_output', output],
  ['custom_tool_call', (item) => [toolCall(item, item.name, item.input)]],
  ['custom_tool_call_output', output],
  ['computer_call', called('computer', ({ actions, action }) => actions ?? action)],
  ['computer_call_output', output],
  ['local_shell_call', called('local_shell', ({ action }) => action)],
  ['local_shell_call_output', output],
  ['shell_call', shellCall],
  ['shell_call_output', shellOutput],
  ['apply_patch_call', called('apply_patch', ({ operation }) => operation)],
  ['apply_patch_call_output', (item) => result(item, { status: item.status, output: item.output })],
  ['tool_search_call', toolSearch],
  ['tool_search_output', toolSearchOutput],
  ['web_search_call', tools.webSearch],
  ['file_search_call', tools.fileSearch],
  ['code_interpreter_call', tools.codeInterpreter],
  ['image_generation_call', tools.imageGeneration],
  ['mcp_call', tools.mcpCall],
  ['mcp_list_tools', tools.mcpListTools],
  ['mcp_approval_request', tools.mcpApprovalRequest],
  ['mcp_approval_response', tools.mcpApprovalResponse],
  ['program', tools.program],
  ['program_output', tools.programOutput],
  ['multi_agent_call', tools.multiAgentCall],
  [
    'multi_agent_call_output',
    (item) => tools.serverResult(item, 'multi_agent', { output: contentParts(item.output) }),
  ],
  ['additional_tools', () => []], // they are among the tools
]);

/** An item with neither type nor role is a reference to one that the vendor keeps. */
const kindOf = (item: any): string => item.type ?? (item.role ? 'message' : 'item_reference');

function itemParts(item: any, items: readonly any[]): Part[] {
  const kind = kindOf(item);
  const read = READERS.get(kind);
  if (read) return read(item, items);
  const { encrypted_content: _unreadable, ...rest } = item;
  return [parts.generic({ ...rest, type: kind })];
}

/** The content of all items. */
export const partsOf = (items: readonly any[]): Part[] => items.flatMap((item) => itemParts(item, items));

/** A message of the application without a role. */
const APPLICATION = /^(mcp_approval_response|compaction_trigger|configuration_update)$/;

/** An item reference usually points to the model's output. */
function roleOf(item: any, [first]: readonly Part[]): string {
  if (string(item.role)) return item.role;
  if (first?.type === 'tool_call_response') return 'tool';
  return APPLICATION.test(item.type) ? 'user' : 'assistant';
}

/** Items as messages: those of the model that follow one another are one, as in the answer that they came from. */
export function messagesOf(items: readonly any[]): Message[] {
  const messages: Message[] = [];
  for (const item of items) {
    const partsOfItem = itemParts(item, items);
    if (partsOfItem.length === 0 && kindOf(item) !== 'message') continue;
    const role = roleOf(item, partsOfItem);
    const last = messages.at(-1);
    if (role === 'assistant' && last?.role === role) last.parts.push(...partsOfItem);
    else messages.push({ role, parts: partsOfItem });
  }
  return messages;
}
