/**
 * The content of one call, where content is asked for. What the application passes is read at once, for it may change;
 * what takes time (hashes, redaction) is done when somebody takes the content, and for nobody else.
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
  /** What the chunks of a stream make up so far. */
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

  /** The call has ended: the application's hook is asked, whoever else takes the content. */
  close(): void {
    const { completionHook: hook } = this.#options;
    const content = hook && this.content;
    if (!hook || content === undefined) return;
    this.#safely('completion hook', () => {
      ignore(hook(content, spanOf(this.#call) ?? NO_SPAN, this.#call));
      this.#content = wellFormed(content);
    });
  }

  /** What was said so far; undefined where anything of it failed. */
  get content(): Content | undefined {
    if (this.#content || this.#failed) return this.#failed ? undefined : this.#content;
    // Not kept while the call goes on: what is asked may be known wholly only later.
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
   * Runs a step; where it throws, nothing of the call is recorded: a redactor may not have done its work. The error is
   * named but its message is not told, which may quote what it is about.
   */
  #safely<T>(step: string, run: () => T): T | undefined {
    if (this.#failed) return undefined;
    try {
      return run();
    } catch (error) {
      this.#failed = true;
      say(`the content of a call is dropped: its ${step} failed`, error);
      return undefined;
    }
  }
}

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** A hook that writes elsewhere is awaited by nobody. Its failure is none of the application's. */
function ignore(result: unknown): void {
  if (result instanceof Promise) result.catch((error) => say('the completion hook failed', error));
}

/** What a hook has left, as plain data. @throws where it is not messages any more. */
function wellFormed(content: Content): Content {
  const plain = JSON.parse(JSON.stringify(content)) as Record<string, unknown>;
  const isList = (value: unknown): value is object[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null);
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

/** Nothing that is said here may fail: the application's own `diag` logger may throw, and so may errors. */
function say(what: string, error: unknown): void {
  try {
    diag.error(`llmtrace: ${what}${placeOf(error)}`);
  } catch {} // then it is not said
}

/** The class of an error and where it arose, without its message. */
function placeOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return '';
    const { name, message, stack = '' } = error;
    const head = [`${name}: ${message}`, name].find((one) => stack.startsWith(one));
    const frames = head === undefined ? [] : stack.slice(head.length).split('\n').slice(1, 6);
    return [` (${error.constructor.name})`, ...frames].join('\n');
  } catch {
    return '';
  }
}
