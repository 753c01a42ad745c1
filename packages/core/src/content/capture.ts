/**
 * The content of one call, where content is asked for. What the application passes is read at once, for it may change;
 * what takes time (hashes, redaction) is done when somebody takes the content, and for nobody else.
 */
import { diag, trace } from '@opentelemetry/api';
import type { Call } from '../call.ts';
import type { CompletionHook } from '../config/content.ts';
import type { Content, ContentReader, Message, Prompt } from './messages.ts';
import { Preparation, type PrepareOptions } from './prepare.ts';

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
  #asked: Content | undefined;
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
    if (!hook) return;
    const { content } = this;
    const span = trace.getSpan(this.#call.context);
    if (content === undefined || span === undefined) return;
    this.#safely('completion hook', () => ignore(hook(content, span, this.#call)));
  }

  /** What was said so far; undefined where anything of it failed. */
  get content(): Content | undefined {
    if (this.#failed) return undefined;
    this.#asked ??= this.#safely('content', () => this.#preparation.prompt(this.#prompt ?? {}));
    if (this.#call.endTime === undefined || this.#asked === undefined) return this.#asked;
    this.#content ??= this.#safely('content', () => ({
      ...this.#asked,
      ...this.#preparation.answer(this.#answered()),
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
      diag.error(`llmtrace: the content of a call is dropped: its ${step} failed${placeOf(error)}`);
      return undefined;
    }
  }
}

/** A hook that writes elsewhere is awaited by nobody. Its failure is none of the application's. */
function ignore(result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch((error) => diag.error(`llmtrace: the completion hook failed${placeOf(error)}`));
}

/** The class of an error and where it arose, without its message. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const frames = String(error.stack)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return [` (${error.constructor.name})`, ...frames.slice(0, 5)].join('\n');
}
