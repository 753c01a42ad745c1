/** Reads the content of chat completions and of the legacy completions. */
import { type ContentReader, entryAt, type Message, type Part, parts, string } from '@llmtrace/core';
import { append, contentParts, reasoningParts, toolCall, toolDefinitions, toolOutput } from './parts.ts';

const { list } = parts;

function message(m: any): Message {
  const { role } = m;
  const isResult = role === 'tool' || role === 'function';
  return {
    role: string(role) ?? 'user',
    name: string(m.name),
    parts: isResult ? [toolResult(m)] : messageParts(m),
  };
}

const toolResult = (m: any): Part => ({
  type: 'tool_call_response',
  id: string(m.tool_call_id),
  response: toolOutput(m.content),
});

/**
 * Hosts send the model's thoughts under one of two names, or under both. OpenRouter sends images in a separate field.
 */
const messageParts = (m: any): Part[] => [
  ...reasoningParts(string(m.reasoning_content) ?? m.reasoning),
  ...contentParts(m.content),
  ...parts.text(m.refusal),
  ...list(m.audio).flatMap(audioParts),
  ...contentParts(m.images),
  ...list(m.tool_calls).map(requestedTool),
  ...list(m.function_call).map(requestedTool),
];

/** The model's speech, as text and as sound; in a later request, a reference to it. */
function audioParts({ id, transcript, data }: any): Part[] {
  const sound = parts.blob(Array.isArray(data) ? joined(data) : data, 'audio');
  const isReference = sound.length === 0 && !transcript && typeof id === 'string';
  if (isReference) return [{ type: 'file', modality: 'audio', file_id: id }];
  return [...parts.text(transcript), ...sound];
}

/** Each chunk is encoded in base64 separately and may end with padding. */
const joined = (chunks: readonly string[]): Uint8Array =>
  Buffer.concat(chunks.map((chunk) => Buffer.from(chunk, 'base64')));

/** A tool's call, of a function or of a custom tool; or a function's, as it was before there were tools. */
function requestedTool(call: any): Part {
  const { custom } = call;
  if (custom) return toolCall(call, custom.name, custom.input);
  const details = call.function ?? call;
  return toolCall(call, details.name, parts.parsed(details.arguments));
}

const answered = ({ message: m = {} }: any): Message => ({
  role: string(m?.role) ?? 'assistant',
  parts: messageParts(m ?? {}),
});

/** The choice that a chunk is about; made where it is the first. */
function choiceOf(whole: any, index: unknown): any {
  whole.choices ??= [];
  return entryAt(whole.choices, index, () => ({}));
}

function foldDelta(m: any, delta: any): void {
  m.role ??= string(delta.role);
  for (const part of contentParts(delta.content)) {
    if (part.type === 'text') append(m, 'content', part.content);
    if (part.type === 'reasoning') append(m, 'reasoning', part.content);
  }
  for (const key of ['refusal', 'reasoning_content', 'reasoning']) append(m, key, delta[key]);
  if (delta.images) foldImages(m, list(parts.copied(delta.images)));
  if (delta.audio) foldAudio(m, delta.audio);
  if (delta.tool_calls) foldToolCalls(m, list(delta.tool_calls));
  foldArguments(m, 'function_call', 'arguments', delta);
}

function foldImages(m: any, images: readonly any[]): void {
  m.images ??= [];
  for (const image of images) m.images.push(image);
}

function foldAudio(m: any, delta: any): void {
  m.audio ??= { data: [] };
  append(m.audio, 'transcript', delta.transcript);
  if (typeof delta.data === 'string') m.audio.data.push(delta.data);
}

/** Some hosts do not count the calls: one begins with its id. */
function foldToolCalls(m: any, deltas: readonly any[]): void {
  m.tool_calls ??= [];
  const calls = m.tool_calls;
  for (const delta of deltas) {
    const uncounted = delta.id ? calls.length : Math.max(calls.length - 1, 0);
    const call = entryAt(calls, delta.index ?? uncounted, () => ({}));
    call.id ??= string(delta.id);
    foldArguments(call, 'function', 'arguments', delta);
    foldArguments(call, 'custom', 'input', delta);
  }
}

function foldArguments(call: any, kind: string, key: string, delta: any): void {
  if (!delta[kind]) return;
  call[kind] ??= {};
  call[kind].name ??= string(delta[kind].name);
  append(call[kind], key, delta[kind][key]);
}

export const chatContent: ContentReader = {
  prompt: ([p = {}]) => ({
    messages: list(p.messages).map(message),
    tools: [...toolDefinitions(p.tools), ...toolDefinitions(p.functions)],
  }),
  answer: (completion) => list(completion?.choices).map(answered),
  fold(whole, chunk) {
    for (const { index, delta } of list(chunk.choices)) {
      const choice = choiceOf(whole, index);
      choice.message ??= {};
      if (delta) foldDelta(choice.message, delta);
    }
  },
};

export const completionsContent: ContentReader = {
  // tokens, which may replace the text, are useless to a reader
  prompt: ([p = {}]) => ({
    messages: list(p.prompt)
      .filter((prompt) => typeof prompt === 'string')
      .map((prompt) => ({ role: 'user', parts: parts.text(prompt) })),
  }),
  answer: (completion) =>
    list(completion?.choices).map(({ text }) => ({ role: 'assistant', parts: parts.text(text) })),
  fold(whole, chunk) {
    for (const { index, text } of list(chunk.choices)) append(choiceOf(whole, index), 'text', text);
  },
};
