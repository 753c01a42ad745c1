/**
 * Reads the content of interactions: **steps**, each a piece of content, a thought, or a call of a tool or its
 * result. The first version of the API has the same without the steps around content, and calls them outputs.
 * https://ai.google.dev/api/interactions-api
 */
import {
  type ContentReader,
  type Message,
  type Part,
  parts,
  string,
  type ToolDefinition,
} from '@llmtrace/core';

const { list } = parts;

const MEDIA: ReadonlySet<string> = new Set(['image', 'audio', 'video', 'document']);
const isContent = (value: any): boolean => value?.type === 'text' || MEDIA.has(value?.type);

/** Anything as the vendor has it, without the signatures, which no reader can use. */
function generic({ signature: _, ...rest }: any): Part[] {
  return [parts.generic(rest)];
}

function content(value: any): Part[] {
  if (!isContent(value)) return parts.text(value?.text ?? value);
  if (value.type === 'text') return parts.text(value.text);
  const bytes = parts.blob(value.data, value.type, value.mime_type);
  const media = bytes.length > 0 ? bytes : parts.link(value.uri, value.type, value.mime_type);
  return media.length > 0 ? media : generic(value);
}

/** The result of a tool: content, or any value. */
const result = (value: any): unknown =>
  Array.isArray(value) && value.length > 0 && value.every(isContent)
    ? value.flatMap(content)
    : (parts.copied(value) ?? null);

/** The model's thoughts, of which the vendor shows a summary. */
function thought({ summary }: any): Part[] {
  const texts = list(summary).filter(({ type }) => type === 'text');
  const others = list(summary).filter(({ type }) => type !== 'text');
  return [...parts.reasoning(texts.map(({ text }) => text).join('')), ...others.flatMap(content)];
}

/** The name of a tool that the vendor runs, out of the type of a step: `google_search_call`. */
const SERVER_TOOL = /^(.+)_(call|result)$/;

function serverTool(step: any, tool: string, kind: string): Part[] {
  const { server_name } = step;
  const about = { type: tool, ...(server_name === undefined ? {} : { server_name }) };
  if (kind === 'call') {
    const { name = tool, arguments: args } = step;
    const server_tool_call = { ...about, arguments: parts.parsed(args) };
    return [{ type: 'server_tool_call', id: string(step.id), name: String(name), server_tool_call }];
  }
  const server_tool_call_response = { ...about, response: result(step.result) };
  return [{ type: 'server_tool_call_response', id: string(step.call_id), server_tool_call_response }];
}

function partsOf(step: any): Part[] {
  if (typeof step !== 'object' || step === null || isContent(step)) return content(step);
  const { type, id, name, call_id } = step;
  switch (type) {
    case 'user_input':
    case 'model_output':
      return list(step.content).flatMap(content);
    case 'thought':
      return thought(step);
    case 'function_call':
      if (typeof name !== 'string') return generic(step);
      return [{ type: 'tool_call', id: string(id), name, arguments: parts.parsed(step.arguments) }];
    case 'function_result': {
      const response = result(step.result);
      return [{ type: 'tool_call_response', id: string(call_id), name: string(name), response }];
    }
  }
  const [, tool, kind] = SERVER_TOOL.exec(String(type)) ?? [];
  return tool !== undefined && kind !== undefined ? serverTool(step, tool, kind) : generic(step);
}

/** A step of the input has no role but its type. */
const isOfUser = (step: any): boolean =>
  typeof step !== 'object' || isContent(step) || ['user_input', 'function_result'].includes(step?.type);

/** The input: a text, a content, several of them, steps, or (in the first version) turns with roles. */
function messagesOf(input: any): Message[] {
  const messages: Message[] = [];
  for (const item of list(input)) {
    if (item?.role !== undefined) {
      const role = item.role === 'model' ? 'assistant' : String(item.role);
      messages.push({ role, parts: list(item.content).flatMap(partsOf) });
      continue;
    }
    const role = isOfUser(item) ? 'user' : 'assistant';
    const last = messages.at(-1);
    if (last?.role === role && item?.type !== 'user_input') last.parts.push(...partsOf(item));
    else messages.push({ role, parts: partsOf(item) });
  }
  return messages;
}

function tool({ type, name, description, parameters }: any): ToolDefinition {
  const kind = string(type) ?? 'function';
  return {
    type: kind,
    name: string(name) ?? kind,
    description: string(description),
    parameters: parts.copied(parameters),
  };
}

/** One message of all steps. Those of the input may come back with them. */
function answer(interaction: any): Message[] {
  const steps = list(interaction?.steps ?? interaction?.outputs).filter(
    (step) => step?.type !== 'user_input',
  );
  return steps.length === 0 ? [] : [{ role: 'assistant', parts: steps.flatMap(partsOf) }];
}

/** A piece of text continues the piece before it; any other piece is complete. */
function append(pieces: any[], piece: any): void {
  const last = pieces.at(-1);
  if (piece?.type === 'text' && last?.type === 'text') last.text += piece.text;
  else pieces.push(parts.copied(piece));
}

/** Folds a piece of a step. Arguments come in pieces of JSON; the other fields of a tool arrive whole. */
function delta(step: any, piece: any): void {
  if (isContent(piece)) {
    step.content ??= [];
    append(step.content, piece);
  } else if (piece.type === 'thought_summary') {
    step.summary ??= [];
    for (const item of list(piece.content)) append(step.summary, item);
  } else if (piece.type === 'arguments_delta') {
    const before = typeof step.arguments === 'string' ? step.arguments : '';
    if (typeof piece.arguments === 'string') step.arguments = before + piece.arguments;
  } else if (piece.type === step.type) {
    Object.assign(step, parts.copied(piece));
  }
}

/** A copy of a step. The content of the first version has no step around it, and gets one. */
const copiedStep = (step: any): any =>
  step === undefined || isContent(step)
    ? {
        type: 'model_output',
        content: list(parts.copied(step)).filter(({ text, data, uri }) => text ?? data ?? uri),
      }
    : parts.copied(step);

/** Folds an event. The steps of an interaction that continues another are numbered from the start again. */
function fold(whole: any, event: any): void {
  whole.steps ??= [];
  whole.open ??= new Map();
  switch (event?.event_type) {
    case 'step.start':
    case 'content.start': {
      const step = copiedStep(event.step ?? event.content);
      whole.steps.push(step);
      whole.open.set(event.index, step);
      break;
    }
    case 'step.delta':
    case 'content.delta':
      if (whole.open.has(event.index)) delta(whole.open.get(event.index), event.delta ?? {});
      break;
  }
}

export const interactionContent: ContentReader = {
  prompt: ([p = {}]) => ({
    system: messagesOf(p.system_instruction).flatMap(({ parts: said }) => said),
    messages: messagesOf(p.input),
    tools: list(p.tools).map(tool),
  }),
  answer,
  fold,
};
