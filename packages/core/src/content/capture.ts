/**
 * Captures the content of one call, if content is enabled. The application's arguments are read at once, because they
 * may change; slow steps (hashes, redaction) run only when an observer takes the content.
 */
import { diag, INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
import type { Call } from '../model/call.ts';
import { spanOf } from '../model/call-span.ts';
import type { Content, ContentReader, Message, Part, Prompt } from '../model/messages.ts';
import type { CompletionHook } from './options.ts';
import { Preparation, type PrepareOptions } from './sanitize.ts';

/** How content is captured. */
export interface CaptureOptions extends PrepareOptions {
  readonly completionHook: CompletionHook | undefined;
}

export class Capture {
  readonly #reader: ContentReader;
  readonly #options: CaptureOptions;
  readonly #call: Call;
  readonly #preparation: Preparation;
  #prompt: Prompt | undefined;
  /** The answer assembled from the chunks of a stream so far. */
  #whole: object | undefined;
  #answer: Message[] | undefined;
  #content: Content | undefined;
  #failed = false;

  constructor(
    reader: ContentReader,
    options: CaptureOptions,
    call: Call,
    args: readonly unknown[],
    self: unknown,
  ) {
    this.#reader = reader;
    this.#options = options;
    this.#call = call;
    this.#preparation = new Preparation(options, call);
    this.#prompt = this.#safely('request', () => reader.prompt(args, self));
  }

  /** A chunk of a stream has arrived. */
  chunk(chunk: unknown): void {
    this.#safely('answer', () => {
      this.#whole ??= {};
      this.#reader.fold?.(this.#whole, chunk);
    });
  }

  /** A whole answer has arrived. */
  answer(answer: unknown): void {
    this.#answer = this.#safely('answer', () => this.#reader.answer(answer));
  }

  /** The call has ended: the application's hook runs, even if no observer takes the content. */
  close(): void {
    const { completionHook: hook } = this.#options;
    const content = hook && this.content;
    if (!hook || content === undefined) return;
    this.#safely('completion hook', () => {
      ignore(hook(content, spanOf(this.#call) ?? NO_SPAN, this.#call));
      this.#content = wellFormed(content);
    });
  }

  /** The content so far; undefined if any step failed. */
  get content(): Content | undefined {
    if (this.#content || this.#failed) return this.#failed ? undefined : this.#content;
    // Not cached while the call runs: the request may become complete only later.
    const asked = this.#safely('content', () => this.#preparation.prompt(this.#prompt ?? {}));
    if (this.#call.endTime === undefined || asked === undefined) return asked;
    this.#content = this.#safely('content', () => ({
      ...asked,
      ...this.#preparation.answer(this.#answered()),
      ...this.#preparation.failure(),
    }));
    return this.#content;
  }

  #answered(): readonly Message[] {
    if (this.#answer) return this.#answer;
    return this.#whole ? this.#reader.answer(this.#whole) : [];
  }

  /**
   * Runs a step. If it throws, no content of the call is recorded, because a redactor may not have finished. The
   * warning names the error without its message, which may quote content.
   */
  #safely<T>(step: string, run: () => T): T | undefined {
    if (this.#failed) return undefined;
    try {
      return run();
    } catch (error) {
      this.#failed = true;
      sayDropped(`the content of a call is dropped: its ${step} failed`, error);
      return undefined;
    }
  }
}

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** llmtrace does not await an async hook, and its rejection must not reach the application. */
function ignore(result: unknown): void {
  if (result instanceof Promise) result.catch((error) => sayDropped('the completion hook failed', error));
}

/** The content after the hook ran, as plain data. @throws if it no longer consists of messages. */
function wellFormed(content: Content): Content {
  const plain = JSON.parse(JSON.stringify(content)) as Record<string, unknown>;
  const isList = (value: unknown): value is object[] =>
    Array.isArray(value) && value.every((element) => typeof element === 'object' && element !== null);
  const parts = (list: unknown): boolean =>
    list === undefined || (isList(list) && list.every((part) => typeof (part as Part).type === 'string'));
  const messages = (list: unknown): boolean =>
    list === undefined ||
    (isList(list) && list.every((message) => parts((message as Message).parts ?? null)));
  const { systemInstructions, toolDefinitions, inputMessages, outputMessages, errorMessage } = plain;
  const isRight =
    parts(systemInstructions) &&
    parts(toolDefinitions) &&
    messages(inputMessages) &&
    messages(outputMessages) &&
    (errorMessage === undefined || typeof errorMessage === 'string');
  if (!isRight) throw new TypeError('Expected the hook to leave messages.');
  return plain;
}

/** A warning must not fail: the application's `diag` logger may throw, and so may the getters of an error. */
export function sayDropped(message: string, error: unknown): void {
  try {
    diag.error(`llmtrace: ${message}${placeOf(error)}`);
  } catch {} // the warning is dropped
}

/** The class of an error and where it arose, without its message. */
function placeOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return '';
    const { name, message, stack = '' } = error;
    const head = [`${name}: ${message}`, name].find((prefix) => stack.startsWith(prefix));
    const frames = head === undefined ? [] : stack.slice(head.length).split('\n').slice(1, 6);
    return [` (${error.constructor.name})`, ...frames].join('\n');
  } catch {
    return '';
  }
}
