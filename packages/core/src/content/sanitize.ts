/** Turns message content into its recorded form. */

import { errorText } from '../errors/naming.ts';
import type { Call } from '../model/call.ts';
import type { Content, Message, OutputMessage, Part, Prompt, ToolDefinition } from '../model/messages.ts';
import { cut } from '../platform/bounds.ts';
import { encodeBlob, isOmitted, omitBlob, omitBytes } from './media.ts';
import type { Redactor, Where } from './redactors.ts';
import { type Change, changed } from './transform.ts';

type Kind = Where['kind'];

/** The steps to apply. */
export interface PrepareOptions {
  readonly blobs: boolean;
  readonly toolDefinitions: 'names' | 'full';
  readonly redactor: Redactor | undefined;
}

/** Sanitizes the content of a call: removes bytes and passes texts through the redactors. */
export class Preparation {
  readonly #options: PrepareOptions;
  readonly #call: Call | undefined;

  /** @param call absent for the content of a tool that runs in this process. */
  constructor(options: PrepareOptions, call: Call | undefined) {
    this.#options = options;
    this.#call = call;
  }

  prompt({ system = [], messages = [], tools = [] }: Prompt): Content {
    return {
      ...some('systemInstructions', this.#parts(system, 'system_instructions')),
      ...some('inputMessages', this.#messages(messages, 'input')),
      ...some('toolDefinitions', this.#tools(tools)),
    };
  }

  /** A message a choice, each with the reason for its end. Those that say nothing are left out, if all do. */
  answer(messages: readonly Message[]): Content {
    if (messages.every(({ parts }) => parts.length === 0)) return {};
    const { response, outcome } = this.#call ?? {};
    const otherwise = outcome === 'completed' ? 'stop' : 'error';
    const outputMessages = this.#messages(messages, 'output').map(
      (message, index): OutputMessage => ({
        ...message,
        finish_reason: response?.finishReasons?.[index] ?? otherwise,
      }),
    );
    return { outputMessages };
  }

  /** The text of the call's error. Secrets are taken out of it even where no redactor is. */
  failure(): Content {
    const { error, outcome } = this.#call ?? {};
    const text = outcome === 'failed' ? errorText(error) : undefined;
    return text === undefined ? {} : { errorMessage: this.errorMessage(text) };
  }

  errorMessage(text: string): string {
    return this.#change('error', 'error').text(text, true);
  }

  part(part: Part, kind: Kind): Part {
    return changed(part, this.#change(kind, part.type));
  }

  #messages(messages: readonly Message[], kind: Kind): Message[] {
    return messages.map(({ role, parts, name }) => ({
      role,
      parts: this.#parts(parts, kind),
      ...(name === undefined ? {} : { name: this.#change(kind, 'name').text(name, true) }),
    }));
  }

  #parts(parts: readonly Part[], kind: Kind): Part[] {
    return parts.map((part) => this.part(part, kind));
  }

  #tools(tools: readonly ToolDefinition[]): ToolDefinition[] {
    const full = this.#options.toolDefinitions === 'full';
    return tools.map((tool) => {
      const { type, name } = tool;
      return full ? changed(tool, this.#change('tool_definitions', type), true) : { type, name };
    });
  }

  #change(kind: Kind, part: string): Change {
    const { blobs, redactor } = this.#options;
    const where: Where = { ...(this.#call && { call: this.#call }), kind, part };
    return {
      text(text, isProse) {
        const bare = blobs ? text : omitBytes(text, isProse);
        return redactor ? redactor(bare, where) : bare;
      },
      exact: redactor && ((text) => redactor(text, where)),
      blob: blobs ? encodeBlob : omitBlob,
    };
  }
}

const some = <T>(name: string, list: readonly T[]): Record<string, readonly T[]> =>
  list.length === 0 ? {} : { [name]: list };

/** Content with each text truncated to `maxLength` characters, the last of which is then `…`. */
export function capped(content: Content, maxLength: number | undefined): Content {
  if (maxLength === undefined) return content;
  const change = cutting(maxLength);
  const parts = (list: readonly Part[]): Part[] => list.map((part) => changed(part, change));
  const { systemInstructions, inputMessages, outputMessages, toolDefinitions, errorMessage } = content;
  return {
    systemInstructions: systemInstructions && parts(systemInstructions),
    inputMessages: inputMessages?.map((message) => ({ ...message, parts: parts(message.parts) })),
    outputMessages: outputMessages?.map((message) => ({ ...message, parts: parts(message.parts) })),
    toolDefinitions: toolDefinitions?.map((tool) => changed(tool, change, true)),
    errorMessage: errorMessage && cappedText(errorMessage, maxLength),
  };
}

/** Cuts each text of a part to `maxLength`. */
export const cappedPart = (part: Part, maxLength: number): Part => changed(part, cutting(maxLength));

const cutting = (maxLength: number): Change => ({
  text: (text) => cutText(text, maxLength),
  // base64 that is cut is nothing
  blob: (part) => (part.content.length > maxLength ? omitBlob(part) : part),
});

/** A text cut to `maxLength`, where there is one. */
export const cappedText = (text: string, maxLength: number | undefined): string =>
  maxLength === undefined ? text : cutText(text, maxLength);

/** The placeholder of bytes is not truncated: it is short, and useless in part. */
const cutText = (text: string, maxLength: number): string => (isOmitted(text) ? text : cut(text, maxLength));
