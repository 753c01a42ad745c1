/** Reads the content of the Responses API. */
import { type ContentReader, entryAt, fields, parts } from '@llmtrace/core';
import { messagesOf, partsOf } from './items.ts';
import { append, toolDefinitions } from './parts.ts';

const { list } = parts;

const asItem = (item: any): any => (typeof item === 'string' ? { role: 'user', content: item } : item);

/** Where a delta belongs within its item. */
type Slot = (item: any, event: any) => [holder: any, key: string];

/** One of the texts of an item, which are a list. */
const textOf =
  (key: 'content' | 'summary', type: string, text = 'text'): Slot =>
  (item, event) => {
    if (!Array.isArray(item[key])) item[key] = [];
    return [entryAt(item[key], event.content_index ?? event.summary_index, () => ({ type })), text];
  };

const field =
  (key: string): Slot =>
  (item) => [item, key];

/** The diff of a patch is within the operation. */
const diff: Slot = (item) => {
  item.operation ??= {};
  return [item.operation, 'diff'];
};

/** By the event: the item's type, should its beginning have been missed, and where the delta belongs. */
const DELTAS: ReadonlyMap<string, readonly [type: string, slot: Slot]> = new Map([
  ['response.output_text.delta', ['message', textOf('content', 'output_text')]],
  ['response.refusal.delta', ['message', textOf('content', 'refusal', 'refusal')]],
  ['response.reasoning_text.delta', ['reasoning', textOf('content', 'reasoning_text')]],
  ['response.reasoning_summary_text.delta', ['reasoning', textOf('summary', 'summary_text')]],
  ['response.function_call_arguments.delta', ['function_call', field('arguments')]],
  ['response.mcp_call_arguments.delta', ['mcp_call', field('arguments')]],
  ['response.custom_tool_call_input.delta', ['custom_tool_call', field('input')]],
  ['response.code_interpreter_call_code.delta', ['code_interpreter_call', field('code')]],
  ['response.apply_patch_call_operation_diff.delta', ['apply_patch_call', diff]],
]);

/** The last event has the whole output, though not with every host; before it, each item comes in pieces and whole. */
function fold(whole: any, event: any): void {
  whole.output ??= [];
  const { output } = whole;
  switch (event.type) {
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      if (event.response?.output?.length > 0) whole.output = parts.copied(event.response.output);
      return;
    case 'response.output_item.added':
    case 'response.output_item.done':
      Object.assign(
        entryAt(output, event.output_index, () => ({})),
        fields(parts.copied(event.item)),
      );
      return;
  }
  const delta = DELTAS.get(event.type);
  if (!delta) return;
  const [type, slot] = delta;
  const [holder, key] = slot(
    entryAt(output, event.output_index, () => ({ type })),
    event,
  );
  append(holder, key, event.delta);
}

const prompt: ContentReader['prompt'] = ([p = {}]) => {
  const items = list(p.input).map(asItem);
  const added = items.filter(({ type }) => type === 'additional_tools');
  return {
    system: parts.text(p.instructions),
    messages: messagesOf(items),
    tools: [p, ...added].flatMap(({ tools }) => toolDefinitions(tools)),
  };
};

/** An answer is one message, however many items it has. */
export const responsesContent: ContentReader = {
  prompt,
  answer: (response) => [{ role: 'assistant', parts: partsOf(list(response?.output)) }],
  fold,
};

/** The compacted conversation, which may include messages of the user. */
export const compactContent: ContentReader = {
  prompt,
  answer: (compacted) => messagesOf(list(compacted?.output)),
};
