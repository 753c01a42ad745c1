/** The interface by which the instrumentation of a framework reports operations. */
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import type { AgentOperation, McpRequest, OperationOutcome, OperationSubject } from './agent-operation.ts';
import type { Usage } from './call.ts';

/** The start of an operation. */
export interface OperationStart extends OperationSubject {
  /** A tool's arguments; they are read only if content is recorded. */
  readonly arguments?: unknown;
  /** The parent context. @default the active one */
  readonly around?: Context | undefined;
  /** A span to link to, besides the parent. */
  readonly link?: SpanContext | undefined;
  /** The framework's own telemetry makes the span; llmtrace adds the sums, the metrics and the budget. */
  readonly hasOtherSpan?: boolean | undefined;
  /** The client whose SDK may trace the run itself ({@link Operations.tracesRuns}): its spans are then those of the run and its tools. */
  readonly client?: unknown;
  /**
   * The usage of the model calls within the operation that only the framework sees. It is asked once, when the operation
   * ends, in whichever way. It must not keep the application's result alive.
   */
  usage?(): readonly ModelUsage[];
  /** Whether other spans, of the child process, have the tokens of `usage`: the operation's then has the cost alone. */
  readonly hasTokenSpans?: boolean | undefined;
}

/** The sums of the calls of one model that this process does not see: a child process makes them. */
export interface ModelUsage {
  /** `gen_ai.provider.name`. */
  readonly provider: string;
  readonly model?: string | undefined;
  /** The number of calls, as far as it is known. */
  readonly modelCalls: number;
  readonly usage: Usage;
  /** Whether the sums have all that was used until the operation ended. */
  readonly isWhole: boolean;
}

/** The end of an operation: completed, if nothing else is set. */
export interface OperationEnd {
  /** Absent: derived from the error. */
  readonly outcome?: OperationOutcome | undefined;
  readonly error?: unknown;
  /** The protocol's code of the failure (`tool_error`). With a code the operation fails, even without an error. */
  readonly errorType?: string | undefined;
  /** A tool's result; it is read only if content is recorded. */
  readonly result?: unknown;
}

/** Derives the end of an operation from its result or its error. */
export interface OperationEnds<T = unknown> {
  /** @returns `{ errorType }` for a result that is an error. */
  result?(result: T): OperationEnd;
  /** Of an async generator: derives the end from the value that it returns. */
  returned?(value: unknown): OperationEnd;
  /** @returns `{ outcome: 'interrupted' }` for an error that interrupts the operation. The error itself is added. */
  error?(error: unknown): OperationEnd;
}

/** The handle of an open operation. */
export interface OpenOperation {
  readonly record: Readonly<AgentOperation>;
  /** Runs a function within the operation, and leaves the operation open. */
  run<T>(run: () => T): T;
  /** The same for the function in which an SDK that traces the run itself starts its span. */
  begin<T>(run: () => T): T;
  /** Ends the operation. A second end changes nothing. */
  end(end?: OperationEnd): void;
  /** Records an event in the operation: an abandoned operation ends at its last event. */
  seen(): void;
  /** Adds names that the framework knows only once the operation has begun. */
  learn(names: Pick<OperationSubject, 'conversationId'>): void;
  /**
   * Adopts the run's span of the framework's own telemetry: it gets the sums, and loses the tokens that the model spans
   * beneath have. Its end also ends the operation, by the result of `onEnd`, if the operation is still open. The span of an
   * abandoned operation ends with it, and with `onEnd` that of each operation: a framework may never end it.
   */
  adopt(span: Span, onEnd?: () => OperationEnd): void;
  /**
   * Has a span of the framework's own telemetry bring the operation along: calls within it belong to the operation, where the
   * framework makes contexts of its own, which hold that span and not the operation. A value that is no span has no effect.
   */
  bindTo(span: unknown): void;
  /**
   * Runs `stop` when `signal` is aborted, if the operation is still open.
   * @param signal of the application; a value that is no signal has no effect.
   */
  onAbort(signal: unknown, stop: () => void): void;
  /** Ends the operation as abandoned if the application drops `answer` (by garbage collection) before its end. */
  endWithout(answer: object): void;
}

/** What an iterator's steps report to: an operation, or what opens one operation after the other. */
export type Followed = Pick<OpenOperation, 'run' | 'seen' | 'end' | 'endWithout'>;

/** The execution of a tool that took over an MCP request. */
export interface TakenTool {
  readonly context: Context;
  /** Marks the result of the request as an error; a framework may hand it to the model as text. */
  fails(errorType: string): void;
}

/** The span that another library has made for a call of a model. */
export interface OtherModelSpan {
  /** The name of the library, which is that of its tracer. */
  readonly library: string;
  /** Undefined where the library has not made it yet. */
  readonly span: unknown;
  /** Whether it may be that of another call, too: it is then none of them, and has no tokens. */
  readonly isShared: boolean;
}

/** Its functions never fail the application: failed telemetry is reported and dropped. */
export interface Operations {
  /** The part of the trace context that MCP requests carry. */
  readonly mcpPropagate: 'traceparent' | 'all' | 'none';
  /** Whether the arguments and the results of tools are recorded: to read them may cost time. */
  readonly recordsContent: boolean;
  /** False with `LLMTRACE_AGENTS=false`: only the points with `isAlways` are called then, and open no operations. */
  readonly tracesAgents: boolean;
  /**
   * Opens an operation in the active context.
   * @returns undefined if that fails.
   */
  open(start: () => OperationStart): OpenOperation | undefined;
  /**
   * Runs a function as an operation, which ends with the function, or with the promise that it returns.
   *
   * @returns the result. A promise is replaced by one that settles in the same way, so that a rejection stays unhandled
   * unless the application handles it.
   */
  trace<T>(start: () => OperationStart, run: () => T, ends?: OperationEnds<Awaited<T>>): T;
  /** Runs a function. The open operation ends with the function, or with the promise that it returns. */
  endWith<T>(operation: OpenOperation, run: () => T, ends?: OperationEnds<Awaited<T>>): T;
  /**
   * Observes an async iterator in place. Each step runs within the operation, which ends or is abandoned with the iterator.
   * The application's code between the steps keeps its own context.
   *
   * @param ends `result` is called with each value of the iterator; the ends that it returns are merged.
   */
  follow(operation: Followed, iterator: AsyncIterator<unknown>, ends?: OperationEnds): void;
  /**
   * Runs a function that executes several tools at once, for which their framework has one call. They stay open, and spans
   * that the function starts are beneath none of them; MCP requests for these tools are.
   */
  together<T>(tools: readonly OpenOperation[], run: () => T): T;
  /**
   * Adds an MCP request to the active execution of the tool of that name, so that the request is no operation of its own.
   * @returns undefined if no such execution is active.
   */
  takeTool(name: string, request: McpRequest): TakenTool | undefined;
  /**
   * Runs a function that calls a model, for which other libraries have made spans that are not the active one.
   * @param spans is called as the request is sent.
   */
  besideSpans<T>(spans: () => readonly OtherModelSpan[], run: () => T): T;
  /** Whether the SDK of a client traces its runs and their tools itself. Its spans become theirs, so the tools need no change. */
  tracesRuns(client: unknown): boolean;
  /**
   * Whether spans of llmtrace go to the provider of `@llmtrace/auto`: the application has registered none, or `LLMTRACE_EXPORT`
   * is `both`. False without auto.
   */
  ownsSpans(): boolean;
  /**
   * Whether the application has registered no provider: the spans that a framework makes by itself go to that of `@llmtrace/auto`,
   * and nowhere else. False without auto.
   */
  ownsAllSpans(): boolean;
  /** A run asks a model, for {@link tellUnseen}. */
  asksModel(run: OpenOperation | undefined): void;
  /** Warns, once, where a run has asked a model and no model call of it was traced: no instrumentation sees the model's requests. */
  tellUnseen(run: OpenOperation | undefined): void;
  /** @returns the same for a step without a run: what warns at its end if no model call of the process was traced since. */
  watchUnseen(): () => void;
  /**
   * The same for a function that asks a model. A function that fails may have asked none.
   * @param isAsked whether the result shows that the model was asked. By default it was.
   */
  askUnseen<T>(ask: () => T, isAsked?: (result: Awaited<T>) => boolean): T;
  /** Whether the active context is within the run of an agent or a workflow. */
  isWithinRun(): boolean;
  /**
   * Warns, once, that the framework lacks something that llmtrace needs: `query() without an async iterator`. What needs it is
   * not traced.
   */
  lacks(what: string): void;
  /** Runs a step of telemetry; an error is reported, and the result is undefined. */
  safely<T>(step: () => T): T | undefined;
}
