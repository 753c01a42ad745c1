/** Captures the content of a tool's execution: its arguments, its result and the text of its error, redacted like messages. */
import { errorText } from '../errors/naming.ts';
import type { ToolContent } from '../model/agent-operation.ts';
import type { Part } from '../model/messages.ts';
import { sayDropped } from './capture.ts';
import type { Where } from './redactors.ts';
import { cappedPart, cappedText, Preparation, type PrepareOptions } from './sanitize.ts';

/** The values of an operation to record. */
export interface ToolValues {
  readonly arguments?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/**
 * Redacts `values`. They are copied as JSON at once, because the application may change them; a value that JSON cannot
 * hold (a cycle) is left out.
 * @returns undefined if a redactor failed: nothing is recorded then.
 */
export function toolContent(options: PrepareOptions, values: ToolValues): ToolContent | undefined {
  try {
    const preparation = new Preparation(options, undefined);
    const redacted = (part: Part, kind: Where['kind']): Part => preparation.part(part, kind);
    const content: ToolContent = {};
    const args = plain(values.arguments);
    if (args !== undefined)
      content.arguments = redacted({ type: 'tool_call', arguments: args }, 'input')['arguments' as never];
    const result = plain(values.result);
    if (result !== undefined)
      content.result = redacted({ type: 'tool_call_response', response: result }, 'output')[
        'response' as never
      ];
    const text = values.error === undefined ? undefined : errorText(values.error);
    if (text !== undefined) content.errorMessage = preparation.errorMessage(text);
    return content;
  } catch (error) {
    sayDropped('the content of a tool is dropped: its redaction failed', error);
    return undefined;
  }
}

/** Cuts each text of the content to `maxLength`. */
export function cappedToolContent(content: ToolContent, maxLength: number | undefined): ToolContent {
  if (maxLength === undefined) return content;
  const part = cappedPart(
    { type: 'tool_call', ...content, errorMessage: undefined },
    maxLength,
  ) as ToolContent;
  return {
    ...part,
    errorMessage: content.errorMessage && cappedText(content.errorMessage, maxLength),
  };
}

/** A copy of a value. A text of JSON is parsed, because the conventions want arguments as an object. */
function plain(value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    const json = typeof value === 'string' ? value : JSON.stringify(value);
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return typeof value === 'string' ? value : undefined;
  }
}
