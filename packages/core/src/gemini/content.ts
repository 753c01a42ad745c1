/**
 * Reads the content of Gemini's requests and answers, which both of Google's SDKs share.
 * https://ai.google.dev/api/caching#Content
 */

import type { Message, Part, Prompt } from '../model/messages.ts';
import { MAX_DEPTH } from '../platform/bounds.ts';
import { blob, copied, generic, link, list, modalityOf, reasoning, text } from '../vendor/parts.ts';
import { entryAt, objects, string } from '../vendor/values.ts';
import { toolsOf } from './tools.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A call of the application's functions. Without a name, the piece of one that had its name before. */
function functionCall({ id, name, args, partialArgs }: any): Part[] {
  if (typeof name !== 'string') return [];
  const callArgs = args === undefined && partialArgs ? assembled(list(partialArgs)) : copied(args);
  return [{ type: 'tool_call', id: string(id), name, arguments: callArgs }];
}

/** Media come next to the response; then both are parts. Without an id, the name links the response to its call. */
function functionResponse({ id, name, response, parts }: any): Part[] {
  const media = list(parts).flatMap(part);
  const said = isObject(response) && Object.keys(response).length > 0;
  const all = [...(said ? [generic({ type: 'response', response })] : []), ...media];
  const whole = media.length > 0 ? all : (copied(response) ?? null);
  return [{ type: 'tool_call_response', id: string(id), name: string(name), response: whole }];
}

const serverCall = (tool: unknown, id: unknown, args: unknown): Part[] =>
  typeof tool === 'string'
    ? [
        {
          type: 'server_tool_call',
          id: string(id),
          name: tool,
          server_tool_call: { type: tool, arguments: copied(args) },
        },
      ]
    : [];

const serverResponse = (tool: unknown, id: unknown, response: unknown): Part[] =>
  typeof tool === 'string'
    ? [
        {
          type: 'server_tool_call_response',
          id: string(id),
          server_tool_call_response: { type: tool, response: copied(response) },
        },
      ]
    : [];

/** The kinds of a part and their readers; a reader returns nothing if a required field is missing. */
const KINDS: Readonly<Record<string, (value: any, part: any) => Part[]>> = {
  text: (value, { thought }) => (thought ? reasoning(value) : text(value)),
  inlineData: ({ data, mimeType }) => blob(data, modalityOf(mimeType), mimeType),
  fileData: ({ fileUri, mimeType }, { videoMetadata }) =>
    link(fileUri, videoMetadata ? 'video' : modalityOf(mimeType), mimeType),
  functionCall,
  functionResponse,
  executableCode: ({ id, ...code }) => serverCall('code_execution', id, code),
  codeExecutionResult: ({ id, ...result }) => serverResponse('code_execution', id, result),
  toolCall: ({ id, toolType, args }) => serverCall(toolType, id, args),
  toolResponse: ({ id, toolType, response }) => serverResponse(toolType, id, response),
};

const isSet = ([, value]: [string, unknown]): boolean => value !== undefined && value !== null;

/** Fields that describe a part and are no content. A signature is useless to a reader. */
const ABOUT = /^(thought|thoughtSignature|videoMetadata|mediaResolution|partMetadata)$/;

function part(value: any): Part[] {
  if (!isObject(value)) return text(value);
  const fields = Object.entries(value).filter((field) => isSet(field) && !ABOUT.test(field[0]));
  return fields.flatMap(([kind, content]) => {
    const parts = Object.hasOwn(KINDS, kind) ? (KINDS[kind]?.(content, value) ?? []) : [];
    return parts.length > 0 || content === '' ? parts : [generic({ type: kind, [kind]: content })];
  });
}

const message = ({ role, parts }: any): Message => ({
  role: role === 'model' ? 'assistant' : (string(role) ?? 'user'),
  parts: list(parts).flatMap(part),
});

/** `contents` in all forms that the SDKs take: a text, a part, a content, or several. Parts alone are the user's. */
export function contents(value: any): Message[] {
  const messages: Message[] = [];
  let bare: Part[] | undefined;
  for (const item of list(value)) {
    if (isObject(item) && ('parts' in item || 'role' in item)) {
      messages.push(message(item));
      bare = undefined;
      continue;
    }
    if (!bare) {
      bare = [];
      messages.push({ role: 'user', parts: bare });
    }
    bare.push(...part(item));
  }
  return messages;
}

export const prompt = ({ contents: said, systemInstruction, tools }: any): Prompt => ({
  system: contents(systemInstruction).flatMap(({ parts }) => parts),
  messages: contents(said),
  tools: list(tools).flatMap(toolsOf),
});

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/g;

/** No path of a real argument is longer. */
const MAX_PATH = 1000;

const pathOf = (path: unknown): string => (typeof path === 'string' && path.length <= MAX_PATH ? path : '');

/** Arguments out of the pieces in which Vertex AI streams them, each a value (or more of a text) at a JSON path. */
function assembled(pieces: any[]): unknown {
  const whole = Object.create(null); // so that no name is special
  for (const { jsonPath, stringValue, numberValue, boolValue } of objects(pieces)) {
    const path = [...pathOf(jsonPath).matchAll(STEP)].map(([, dotted, index, single, double]) =>
      index === undefined ? String(dotted ?? single ?? double) : Number(index),
    );
    if (path.length > 0 && path.length <= MAX_DEPTH)
      put(whole, path, stringValue ?? numberValue ?? boolValue ?? null);
  }
  return copied(whole);
}

function put(into: any, [key, ...rest]: readonly (string | number)[], value: unknown): void {
  const at: any = Array.isArray(into) ? Math.min(Number(key), into.length) : key;
  const before = into[at];
  if (rest.length === 0) {
    into[at] = typeof before === 'string' && typeof value === 'string' ? before + value : value;
    return;
  }
  if (!isObject(before)) into[at] = typeof rest[0] === 'number' ? [] : Object.create(null);
  put(into[at], rest, value);
}

/** A copy of a part without fields that are useless to a reader. Bytes are strings, which are not copied. */
const copiedPart = (value: any): any => {
  const { thoughtSignature: _, inlineData, ...rest } = value;
  return { ...(copied(rest) as object), ...(isObject(inlineData) ? { inlineData: { ...inlineData } } : {}) };
};

const isText = (part: any): boolean =>
  typeof part?.text === 'string' && Object.keys(KINDS).every((kind) => kind === 'text' || !part[kind]);

/** Adjacent texts are one, and so are the pieces of a call: they come apart only because they are streamed. */
function add(parts: any[], chunkPart: any): void {
  const last = parts.at(-1);
  const { functionCall: call } = chunkPart;
  if (last?.functionCall?.willContinue && call && call.name === undefined) {
    last.functionCall.partialArgs ??= [];
    for (const piece of list(call.partialArgs)) last.functionCall.partialArgs.push(copied(piece));
    last.functionCall.willContinue = Boolean(call.willContinue);
  } else if (isText(last) && isText(chunkPart) && Boolean(last.thought) === Boolean(chunkPart.thought)) {
    last.text += chunkPart.text;
  } else {
    parts.push(copiedPart(chunkPart));
  }
}

/** Folds one `GenerateContentResponse` of a stream. */
export function fold(whole: any, chunk: any): void {
  whole.candidates ??= [];
  for (const [position, { content, index }] of objects(chunk?.candidates).entries()) {
    const made = () => ({ content: { role: content?.role ?? 'model', parts: [] } });
    const candidate = entryAt(whole.candidates, index, made, position);
    // A text in the place of the parts is one part; spread as an object, it would become one part for each character.
    for (const chunkPart of list(content?.parts))
      add(candidate.content.parts, isObject(chunkPart) ? chunkPart : { text: chunkPart });
  }
}

/** The content of a whole `GenerateContentResponse`, read as a stream of one chunk. */
export function answer(response: any): Message[] {
  const whole: any = {};
  fold(whole, response);
  return list(whole.candidates).map(({ content }) => message(content));
}
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
