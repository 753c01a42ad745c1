/** Readers that the APIs of OpenAI and of compatible hosts share: for the parts of messages, and for tools. */
import { type Modality, type Part, parts, string, type ToolDefinition } from '@llmtrace/core';

const { list } = parts;

/** Lets a text of a stream grow. Strings that are added up cost nothing until they are read. */
export function append(to: any, key: string, delta: unknown): void {
  if (typeof delta === 'string') to[key] = (to[key] ?? '') + delta;
}

/** The content of a message: a text, or a list of texts, images, sounds and files. */
export const contentParts = (content: any): Part[] => list(content).flatMap(contentPart);

function contentPart(content: any): Part[] {
  if (typeof content === 'string') return parts.text(content);
  switch (content.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
    case 'summary_text':
      return parts.text(content.text);
    case 'refusal':
      return parts.text(content.refusal);
    case 'reasoning_text':
      return parts.reasoning(content.text);
    case 'thinking': // Mistral's
      return reasoningParts(content.thinking);
    case 'encrypted_content':
      return [];
    default: {
      const media = mediaParts(content);
      return media.length > 0 ? media : [parts.generic(content)];
    }
  }
}

/** Thoughts: texts, or objects that have one. */
export const reasoningParts = (thoughts: any): Part[] =>
  list(thoughts).flatMap((thought) => parts.reasoning(thought.text ?? thought));

/** No part if it is no medium or its kind is unknown. Some hosts also accept links to videos and documents. */
function mediaParts(content: any): Part[] {
  const { type } = content;
  switch (type) {
    case 'image_url':
    case 'video_url':
    case 'audio_url':
    case 'document_url':
      return parts.link(content[type]?.url ?? content[type], type.slice(0, -'_url'.length));
    case 'input_image':
    case 'computer_screenshot':
      return content.file_id ? fileId(content, 'image') : parts.link(content.image_url, 'image');
    case 'input_audio':
      return parts.blob(content.input_audio?.data, 'audio', AUDIO[content.input_audio?.format]);
    case 'file':
      return fileParts(content.file ?? {});
    case 'input_file':
      return fileParts(content);
    default:
      return [];
  }
}

const AUDIO: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', wav: 'audio/wav' };

function fileId({ file_id: id }: any, modality: Modality): Part[] {
  return typeof id === 'string' ? [{ type: 'file', modality, file_id: id }] : [];
}

/** A file that was uploaded, a link to one, or its bytes: a `data:` URL, or base64 alone. */
function fileParts(file: any): Part[] {
  if (file.file_id) return fileId(file, 'document');
  const source = string(file.file_data) ?? string(file.file_url) ?? '';
  if (!/^[a-z][a-z\d+.-]*:/i.test(source)) return parts.blob(source, 'document');
  return parts
    .link(source, 'document')
    .map((part) => ({ ...part, modality: parts.modalityOf(part.mime_type) }));
}

/** The model asks for a tool; anything that has no name is left as it is. */
export function toolCall(call: any, name: unknown, args: unknown): Part {
  if (typeof name !== 'string') return parts.generic(call);
  return { type: 'tool_call', id: callId(call), name, arguments: args };
}

/** The fields that a call and its result share. */
export const callId = (call: any): string | undefined => string(call.call_id) ?? string(call.id);

/** The result of a tool: a text, or contents with a type each; any other value stays as it is. */
export function toolOutput(output: any): unknown {
  if (typeof output !== 'object' || output === null) return output ?? null;
  const contents = list(output);
  const areTyped = contents.every(({ type }) => typeof type === 'string');
  return areTyped ? contentParts(contents) : parts.copied(output);
}

/** The tools that the model may use; those within a namespace follow it. */
export const toolDefinitions = (tools: any): ToolDefinition[] =>
  list(tools).flatMap((tool) => [toolDefinition(tool), ...toolDefinitions(tool.tools)]);

/** Chat has a tool's name within; tools that the vendor runs have none, and MCP servers have a label. */
function toolDefinition(tool: any): ToolDefinition {
  const type = string(tool.type) ?? 'function';
  const details = tool.function ?? tool.custom ?? tool;
  return {
    type,
    name: string(details.name) ?? string(details.server_label) ?? type,
    description: string(details.description ?? details.server_description),
    parameters: parts.copied(details.parameters) ?? undefined,
  };
}
