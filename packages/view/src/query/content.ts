/** The messages of a call, from the attributes of any known instrumentation, without bytes and with long texts cut. */
import type { Content, Cut } from '../api-types.ts';
import { type Attributes, CONTENT_NAMES, type Span, type Value } from '../otlp/types.ts';
import type { CallRow, Row } from '../store/row.ts';
import type { Store } from '../store/store.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Messages are JSON text in attributes, and values in log records. */
function parsed(value: Value): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

const text = (content: unknown): Json => ({ type: 'text', content });

/** Converts a part of the AI SDK's message to the form of the conventions. */
function partOfAiSdk(part: unknown): unknown {
  if (!isObject(part)) return part;
  if (part['type'] === 'text') return text(part['text']);
  if (part['type'] === 'tool-call')
    return {
      type: 'tool_call',
      id: part['toolCallId'],
      name: part['toolName'],
      arguments: part['input'] ?? part['args'],
    };
  if (part['type'] === 'tool-result')
    return {
      type: 'tool_call_response',
      id: part['toolCallId'],
      response: part['output'] ?? part['result'],
    };
  return part;
}

function ofAiSdk(value: Value): unknown[] | undefined {
  const messages = parsed(value);
  if (!Array.isArray(messages)) return undefined;
  return messages.filter(isObject).map(({ role, content }) => ({
    role,
    parts: Array.isArray(content) ? content.map(partOfAiSdk) : [text(content)],
  }));
}

const MAX_MESSAGES = 500;

/** The messages of OpenInference, whose attribute names contain the number of the message. */
function ofOpenInference(
  attributes: Attributes,
  prefix: string,
  whole: Value,
  role: string,
): unknown[] | undefined {
  const messages: unknown[] = [];
  for (let index = 0; index < MAX_MESSAGES; index++) {
    const at = `${prefix}.${index}.message`;
    if (attributes[`${at}.role`] === undefined) break;
    messages.push({ role: attributes[`${at}.role`], parts: [text(attributes[`${at}.content`] ?? '')] });
  }
  if (messages.length > 0) return messages;
  return whole === undefined ? undefined : [{ role, parts: [text(String(whole))] }];
}

function answerOfAiSdk(value: Value): unknown[] | undefined {
  return value === undefined ? undefined : [{ role: 'assistant', parts: [text(value)] }];
}

export function contentOf({ attributes }: Span, logs: Row['logs']): Content {
  const sources = [attributes, ...(logs ?? []).map((log) => log.attributes)];
  const [system, input, output, tools] = CONTENT_NAMES.map((name) =>
    parsed(sources.find((source) => source[name] !== undefined)?.[name]),
  );
  return {
    system,
    tools,
    input:
      input ??
      ofAiSdk(attributes['ai.prompt.messages']) ??
      ofOpenInference(attributes, 'llm.input_messages', attributes['input.value'], 'user'),
    output:
      output ??
      answerOfAiSdk(attributes['ai.response.text']) ??
      ofOpenInference(attributes, 'llm.output_messages', attributes['output.value'], 'assistant'),
  };
}

const MAX_TEXT = 8000;
const MAX_IMAGE = 20 * 2 ** 20;
const MAX_NESTING = 64;
/** The image types that the viewer serves. SVG is not one of them, because it may contain scripts. */
const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

const cut = (value: string, path: string): string | Cut =>
  value.length > MAX_TEXT ? { $cut: value.slice(0, MAX_TEXT), length: value.length, path } : value;

/** Replaces the bytes of a blob by their length and, for an image, by the URL that serves it. */
function withoutBytes(blob: Json, content: string, path: string, id: string): Json {
  const bytes = Math.floor((content.length * 3) / 4);
  const isShown = IMAGES.has(String(blob['mime_type'])) && bytes <= MAX_IMAGE;
  return {
    ...blob,
    content: undefined,
    bytes,
    ...(isShown && { url: `/api/spans/${id}/blob?path=${encodeURIComponent(path)}` }),
  };
}

/** The value with long texts and bytes replaced by a reference to the whole. */
export function trimmed(value: unknown, path: string, id: string, depth = 0): unknown {
  if (depth > MAX_NESTING) return undefined;
  if (typeof value === 'string') return cut(value, path);
  if (Array.isArray(value))
    return value
      .slice(0, MAX_MESSAGES)
      .map((item, index) => trimmed(item, `${path}.${index}`, id, depth + 1));
  if (!isObject(value)) return value;
  if (value['type'] === 'blob' && typeof value['content'] === 'string')
    return withoutBytes(value, value['content'], path, id);
  const entries = Object.entries(value).filter(([name]) => name !== '__proto__');
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, trimmed(inner, `${path}.${name}`, id, depth + 1)]),
  );
}

/** The value at a path that `trimmed` wrote. */
function at(content: Content, path: string): unknown {
  let value: unknown = content;
  for (const name of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

const contentOfRow = (store: Store, row: Row): Content => contentOf(store.whole(row), row.logs);

export function imageAt(store: Store, row: Row, path: string): { type: string; bytes: Buffer } | undefined {
  const blob = at(contentOfRow(store, row), path);
  if (!isObject(blob) || blob['type'] !== 'blob' || typeof blob['content'] !== 'string') return undefined;
  const type = String(blob['mime_type']);
  return IMAGES.has(type) ? { type, bytes: Buffer.from(blob['content'], 'base64') } : undefined;
}

export function textAt(store: Store, row: Row, path: string): string | undefined {
  const value = at(contentOfRow(store, row), path);
  return typeof value === 'string' ? value : undefined;
}

const MAX_ASKED = 110;

const lastOf = (messages: unknown, role: string): unknown =>
  Array.isArray(messages)
    ? messages.findLast((message) => isObject(message) && message['role'] === role)
    : undefined;

function firstText(message: unknown): string {
  const parts = isObject(message) && Array.isArray(message['parts']) ? message['parts'] : [];
  const part = parts.find((each) => isObject(each) && each['type'] === 'text') as Json | undefined;
  return typeof part?.['content'] === 'string' ? part['content'] : '';
}

/** The start of the last message of the user. It is read when the row is shown first. */
export function askedOf(store: Store, row: CallRow): string | undefined {
  if (!row.call.hasContent) return undefined;
  row.asked ??= firstText(lastOf(contentOfRow(store, row).input, 'user'))
    .slice(0, 4 * MAX_ASKED)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_ASKED);
  return row.asked || undefined;
}

/** The new messages of a call, which follow the last answer in its input. */
export function newMessages(store: Store, row: CallRow): { said: unknown; answer: unknown } {
  if (!row.call.hasContent) return { said: undefined, answer: undefined };
  const { input, output } = contentOfRow(store, row);
  const messages = Array.isArray(input) ? input : [];
  const last = messages.findLastIndex((message) => isObject(message) && message['role'] === 'assistant');
  // The path of a cut text refers to the list of all messages.
  const all = trimmed(messages, 'input', row.spanId) as unknown[];
  return { said: all.slice(last + 1), answer: output && trimmed(output, 'output', row.spanId) };
}
