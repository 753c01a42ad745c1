/** Reads the content of messages. https://platform.claude.com/docs/en/api/messages */
import {
  type ContentReader,
  type Message,
  type Part,
  parts,
  string,
  type ToolDefinition,
} from '@llmtrace/core';

const { list } = parts;

const isObject = (value: unknown): value is Record<string, any> =>
  typeof value === 'object' && value !== null;

/** A document that is text is read as text; so is one that is made of blocks. */
function source(value: any, modality: string): Part[] {
  switch (value?.type) {
    case 'base64':
      return parts.blob(value.data, modality, value.media_type);
    case 'url':
      return parts.link(value.url, modality);
    case 'file':
      return string(value.file_id) === undefined ? [] : [{ type: 'file', modality, file_id: value.file_id }];
    case 'text':
      return parts.text(value.data);
    case 'content':
      return blocks(value.content);
    default:
      return [];
  }
}

/** The metadata of a document or a search result. */
const about = ({ title, context, source: from }: any): object =>
  Object.fromEntries(Object.entries({ title, context, source: from }).filter(([, value]) => string(value)));

/** The vendor's block itself, if it lacks a field of the part, or if there is no part for it. */
const generic = (block: any): Part[] => [parts.generic(withoutSecrets(block))];

/** A value without the encrypted fields, which only the vendor can read. */
function withoutSecrets(value: any): any {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(
    ([key]) => !/^(encrypted_|signature$|authorization_token$)/.test(key),
  );
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutSecrets(field)]));
}

function media(block: any): Part[] {
  const sourceParts = source(block.source, block.type);
  const known = about(block);
  return sourceParts.length > 0 ? sourceParts.map((part) => ({ ...part, ...known })) : generic(block);
}

function toolCall({ id, name, input, partial_json }: any): Part {
  // A tool without arguments is streamed without a piece of them.
  return { type: 'tool_call', id: string(id), name, arguments: parts.parsed(partial_json || input) };
}

/** A call of a tool that the vendor runs, by itself or on a server that the application names. */
function serverToolCall(block: any, type: string): Part {
  const { id, name, input, partial_json, server_name } = block;
  const details = { type, server_name, arguments: parts.parsed(partial_json || input) };
  return { type: 'server_tool_call', id: string(id), name, server_tool_call: details };
}

const BLOCK = /^(text|image|document|search_result|container_upload)$/;

/** The result of one of the vendor's tools: an object with a type, in which documents and similar items are parts. */
function legible(value: any): any {
  if (Array.isArray(value)) return value.flatMap(legible);
  if (!isObject(value)) return value;
  if (BLOCK.test(value['type'])) return blocks(value);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, legible(field)]));
}

const SERVER_RESULT = /^(.+)_tool_result$/;

function others(block: any): Part[] {
  const [, type] = SERVER_RESULT.exec(String(block.type)) ?? [];
  if (type === undefined) return generic(block);
  const response = legible(withoutSecrets(block.content)) ?? null;
  const id = string(block.tool_use_id);
  return [{ type: 'server_tool_call_response', id, server_tool_call_response: { type, response } }];
}

/** How a block is read, by its type. A redacted thought has no content. */
const BLOCKS: Readonly<Record<string, (block: any) => Part[]>> = {
  text: (block) => parts.text(block.text),
  thinking: (block) => parts.reasoning(block.thinking),
  redacted_thinking: () => [],
  image: media,
  document: media,
  search_result: (block) => blocks(block.content).map((part) => ({ ...part, ...about(block) })),
  container_upload: (block) => {
    const file = source({ ...block, type: 'file' }, 'document');
    return file.length > 0 ? file : generic(block);
  },
  tool_use: (block) => (string(block.name) ? [toolCall(block)] : generic(block)),
  server_tool_use: (block) => (string(block.name) ? [serverToolCall(block, block.name)] : generic(block)),
  mcp_tool_use: (block) => (string(block.name) ? [serverToolCall(block, 'mcp')] : generic(block)),
  tool_result: ({ tool_use_id, content }) => {
    const response = typeof content === 'string' ? content : blocks(content);
    return [{ type: 'tool_call_response', id: string(tool_use_id), response }];
  },
  compaction: ({ content }) => [{ type: 'compaction', content: string(content) }],
};

/** Content: a text, or blocks. */
function blocks(content: any): Part[] {
  return list(content).flatMap((block) => {
    if (!isObject(block)) return parts.text(block);
    const type = String(block['type']);
    return Object.hasOwn(BLOCKS, type) ? (BLOCKS[type]?.(block) ?? []) : others(block);
  });
}

const message = ({ role, content }: any): Message => ({
  role: string(role) ?? 'assistant',
  parts: blocks(content),
});

/** A tool of the application has no type, or the type `custom`. */
function tool({ type, name, mcp_server_name, description, input_schema }: any): ToolDefinition {
  const isOwn = string(type) === undefined || type === 'custom';
  return {
    type: isOwn ? 'function' : type,
    name: string(name) ?? string(mcp_server_name) ?? string(type) ?? 'unknown',
    description: string(description),
    parameters: parts.copied(input_schema),
  };
}

/** The field of a block that a delta continues. A compaction arrives whole, in one delta. */
const FIELDS: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  input_json_delta: 'partial_json',
  compaction_delta: 'content',
};

function addDelta(block: any, delta: any): void {
  const field = FIELDS[delta?.type];
  if (field === undefined) return;
  const value = delta[field];
  if (typeof value === 'string') block[field] = (block[field] ?? '') + value;
}

/** Folds an event. Events after an answer's blocks have no content. */
function fold(whole: any, event: any): void {
  whole.content ??= [];
  whole.open ??= new Map();
  switch (event?.type) {
    case 'message_start':
      whole.role ??= event.message?.role;
      break;
    case 'content_block_start': {
      const block = parts.copied(event.content_block ?? {});
      whole.content.push(block);
      whole.open.set(event.index, block);
      break;
    }
    case 'content_block_delta':
      if (whole.open.has(event.index)) addDelta(whole.open.get(event.index), event.delta);
      break;
  }
}

export const content: ContentReader = {
  prompt: ([p = {}]) => ({
    system: blocks(p.system),
    messages: list(p.messages).map((entry) =>
      message({ role: 'user', ...(isObject(entry) ? entry : { content: entry }) }),
    ),
    tools: list(p.tools).map(tool),
  }),
  answer: (whole) => (whole?.content === undefined ? [] : [message(whole)]),
  fold,
};
