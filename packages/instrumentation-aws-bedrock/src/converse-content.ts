/** Reads the content of Converse. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html */
import { type ContentReader, type Message, type Part, parts, string } from '@llmtrace/core';

const { list } = parts;

/** Media as bytes or as a link; in an HTTP body, the bytes are base64. */
function media(value: any, modality: string, type: string): Part[] {
  const { source, format } = value ?? {};
  const mimeType = string(format) === undefined ? undefined : `${type}/${format}`;
  if (source?.s3Location) return parts.link(source.s3Location.uri, modality, mimeType);
  if (source?.text !== undefined) return parts.text(source.text);
  if (source?.content !== undefined) return list(source.content).flatMap(block);
  return parts.blob(source?.bytes, modality, mimeType);
}

const result = ({ text, json, ...rest }: any): unknown => text ?? parts.copied(json) ?? block(rest);

/** The readers of blocks: each block has exactly one field. */
const BLOCKS: Readonly<Record<string, (value: any) => Part[]>> = {
  text: (value) => parts.text(value),
  reasoningContent: (value) => parts.reasoning(value?.reasoningText?.text ?? value?.text),
  image: (value) => media(value, 'image', 'image'),
  video: (value) => media(value, 'video', 'video'),
  audio: (value) => media(value, 'audio', 'audio'),
  document: (value) => media(value, 'document', 'application'),
  toolUse: (value) => [
    {
      type: 'tool_call',
      id: string(value?.toolUseId),
      name: String(value?.name),
      arguments: parts.parsed(value?.input),
    },
  ],
  toolResult: (value) => [
    {
      type: 'tool_call_response',
      id: string(value?.toolUseId),
      response: list(value?.content).map(result),
    },
  ],
  // It marks the end of the cached part of a prompt, and has no content.
  cachePoint: () => [],
};

function block(value: any): Part[] {
  if (typeof value === 'string') return parts.text(value);
  const [key] = Object.keys(value ?? {}).filter((name) => value[name] !== undefined);
  if (key === undefined) return [];
  return Object.hasOwn(BLOCKS, key) ? (BLOCKS[key]?.(value[key]) ?? []) : [{ type: key }];
}

const message = (value: any): Message => ({
  role: string(value?.role) ?? 'user',
  parts: list(value?.content).flatMap(block),
});

/** The highest index of a block that is folded; blocks beyond it are left out. */
const MAX_BLOCKS = 10_000;

function openBlock(whole: any, index: unknown): any {
  whole.blocks ??= {};
  const at = Number(index ?? 0);
  if (!Number.isInteger(at) || at < 0 || at > MAX_BLOCKS) return {};
  whole.blocks[at] ??= {};
  return whole.blocks[at];
}

function addDelta(to: any, delta: any): void {
  if (typeof delta?.text === 'string') to.text = (to.text ?? '') + delta.text;
  const thought = delta?.reasoningContent?.text;
  if (typeof thought === 'string')
    to.reasoningContent = { text: (to.reasoningContent?.text ?? '') + thought };
  const input = delta?.toolUse?.input;
  if (typeof input === 'string') to.toolUse = { ...to.toolUse, input: (to.toolUse?.input ?? '') + input };
}

export const content: ContentReader = {
  prompt: ([p = {}]) => ({
    system: list(p.system).flatMap(block),
    messages: list(p.messages).map(message),
    tools: list(p.toolConfig?.tools).flatMap(({ toolSpec }: any) =>
      toolSpec
        ? [
            {
              type: 'function',
              name: string(toolSpec.name) ?? 'unknown',
              description: string(toolSpec.description),
              parameters: parts.copied(toolSpec.inputSchema?.json),
            },
          ]
        : [],
    ),
  }),
  answer(whole) {
    const answer = whole?.output?.message ?? (whole?.blocks && { content: Object.values(whole.blocks) });
    return answer ? [{ ...message(answer), role: 'assistant' }] : [];
  },
  fold(whole, event) {
    const { contentBlockStart: start, contentBlockDelta: added } = event ?? {};
    if (start?.start?.toolUse)
      openBlock(whole, start.contentBlockIndex).toolUse = { ...start.start.toolUse, input: '' };
    if (added) addDelta(openBlock(whole, added.contentBlockIndex), added.delta);
  },
};
