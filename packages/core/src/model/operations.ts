/** What the instrumentation of a framework reports its operations through. */
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import type { AgentOperation, McpRequest, OperationOutcome, OperationSubject } from './agent-operation.ts';

/** How an operation starts. */
export interface OperationStart extends OperationSubject {
  /** A tool's arguments, which are read only where content is recorded. */
  readonly arguments?: unknown;
  /** The context around it. @default the active one */
  readonly around?: Context | undefined;
  /** Another span that it belongs to, besides its parent. */
  readonly link?: SpanContext | undefined;
  /** The framework's own telemetry makes its span: it has none of llmtrace, only its sums, metrics and budget. */
  readonly hasOtherSpan?: boolean | undefined;
}

/** How an operation ends: completed, where nothing else is set. */
export interface OperationEnd {
  /** `interrupted`, say. Absent: it is read of the error. */
  readonly outcome?: OperationOutcome | undefined;
  readonly error?: unknown;
  /** The protocol's code of the failure (`tool_error`), which fails the operation without an error, too. */
  readonly errorType?: string | undefined;
  /** A tool's result, which is read only where content is recorded. */
  readonly result?: unknown;
}

/** How an operation ends where more than its error says that. */
export interface OperationEnds<T = unknown> {
  /** By its result: `{ errorType }` for a result that is an error. */
  result?(result: T): OperationEnd;
  /** By its error: `{ outcome: 'interrupted' }` for one that is none. The error itself is added to it. */
  error?(error: unknown): OperationEnd;
}

/** An operation that is open. */
export interface OpenOperation {
  readonly record: Readonly<AgentOperation>;
  /** Runs a function within the operation, which goes on. */
  run<T>(run: () => T): T;
  /** Ends the operation. A second end changes nothing. */
  end(end?: OperationEnd): void;
  /** Something of it has happened: where it is abandoned, it is taken to have ended here. */
  seen(): void;
  /**
   * Adopts the span of a run that the framework's own telemetry has made: it gets the sums, and loses the tokens that the
   * model spans beneath have. With that span ends an operation that has not ended, by what `onEnd` gives.
   */
  adopt(span: Span, onEnd?: () => OperationEnd): void;
  /** Ends the operation as abandoned should `answer`, which the application holds, be collected before its end. */
  endWithout(answer: object): void;
}

/** The execution of a tool that a request of MCP is a part of. */
export interface TakenTool {
  readonly context: Context;
  /** The result of the request is an error, which a framework may hand to the model as text. */
  fails(errorType: string): void;
}

/** No function of it fails the application: telemetry that fails is reported and dropped. */
export interface Operations {
  /** What of the trace context requests of MCP carry. */
  readonly mcpPropagate: 'traceparent' | 'all' | 'none';
  /** Whether the arguments and the results of tools are recorded: to read them may cost time. */
  readonly recordsContent: boolean;
  /**
   * Opens an operation in the active context.
   * @returns undefined if that fails.
   */
  open(start: () => OperationStart): OpenOperation | undefined;
  /**
   * Runs a function as an operation, which ends with it, or with the promise that it gives.
   *
   * @returns the result itself. In the place of a promise, one that settles alike, so that a rejection stays unhandled
   * where the application does not handle it.
   */
  trace<T>(start: () => OperationStart, run: () => T, ends?: OperationEnds<Awaited<T>>): T;
  /** Runs a function, with which, or with whose promise, an open operation ends. */
  endWith<T>(operation: OpenOperation, run: () => T, ends?: OperationEnds<Awaited<T>>): T;
  /**
   * Follows the reading of an async iterator, in place: each step runs within the operation, which ends with the iterator,
   * or is abandoned with it. Code of the application between the steps stays in its own context.
   *
   * @param ends `result` gets each value that the iterator gives: what they say of the end is put together.
   */
  follow(operation: OpenOperation, iterator: AsyncIterator<unknown>, ends?: OperationEnds): void;
  /**
   * The execution of a tool of that name, where that goes on here: then a request of MCP for it is no operation besides, and is
   * noted on that one.
   */
  takeTool(name: string, request: McpRequest): TakenTool | undefined;
  /** Whether the run of an agent or a workflow goes on around. */
  isWithinRun(): boolean;
  /** Runs a step of telemetry. */
  safely<T>(step: () => T): T | undefined;
}
