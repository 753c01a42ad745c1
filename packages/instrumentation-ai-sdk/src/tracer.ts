/** The tracer that the AI SDK 4, 5 and 6 report one run to: the spans that they start and end are the operations. */
import {
  fields,
  lookUp,
  name,
  type OpenOperation,
  type OperationEnd,
  type Operations,
  parts,
} from '@llmtrace/core';
import {
  type Attributes,
  type Context,
  context,
  type Exception,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanContext,
  type SpanStatus,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { CANCELLED, runStart, toolEnd } from './run.ts';

/** `setImmediate` as it was at the start: the tests of an application may replace it. */
export type Queue = (step: () => void) => unknown;

const FINISH_REASON = 'ai.response.finishReason';

const NONE: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

type Inside = (span: Span) => unknown;

/** What a span that the SDK starts stands for. */
interface Started {
  readonly attributes: Attributes;
  /** The context around it. */
  readonly around: Context;
  /** The application's span, where its telemetry is on. */
  readonly appSpan: Span | undefined;
  readonly inside: Inside;
}

const HANDLERS: Readonly<Record<string, (run: Run, started: Started) => unknown>> = {
  'ai.generateText': generate,
  'ai.streamText': stream,
  'ai.toolCall': tool,
  'ai.streamText.doStream': streamModelCall,
};

/**
 * @param signal by which the application stops the run.
 * @param theirs the application's tracer, where its telemetry is on: it makes the spans, and none is made besides.
 */
export function tracerOf(
  operations: Operations,
  signal: AbortSignal | undefined,
  theirs: Tracer | undefined,
  queue: Queue,
): Tracer {
  const run: Run = { operations, signal, queue, failure: undefined, answer: undefined, agentName: undefined };
  return {
    startSpan: (...span) => theirs?.startSpan(...span) ?? NONE,
    startActiveSpan(span: string, ...rest: unknown[]): any {
      const inside = rest.at(-1) as Inside;
      const attributes = (fields(rest[0]).attributes ?? {}) as Attributes;
      const around = context.active();
      const handle = lookUp(HANDLERS, span) ?? ((_run: Run, { appSpan }: Started) => inside(appSpan ?? NONE));
      const handled = (appSpan?: Span): unknown => handle(run, { attributes, around, appSpan, inside });
      if (!theirs) return handled();
      return (theirs.startActiveSpan as (...all: unknown[]) => unknown)(span, ...rest.slice(0, -1), handled);
    },
  };
}

interface Run {
  readonly operations: Operations;
  readonly signal: AbortSignal | undefined;
  readonly queue: Queue;
  /** The error of the last model call: a stream ends without it. */
  failure: unknown;
  /** Why the last model call of a stream has ended. */
  answer: (() => unknown) | undefined;
  agentName: string | undefined;
}

/** An application that has read the whole answer may stop the run, which has no more to do than to end. */
const isStopped = ({ signal, answer }: Run): boolean => {
  if (signal?.aborted !== true) return false;
  const reason = answer?.();
  return reason === undefined || reason === 'tool-calls';
};

function open(run: Run, { attributes, around, appSpan }: Started): OpenOperation | undefined {
  return run.operations.open(() => {
    const start = runStart(attributes['ai.telemetry.functionId'], around, appSpan !== undefined);
    run.agentName = start.name;
    return start;
  });
}

/** Within an operation and the application's span. */
const runIn = ({ record }: OpenOperation, appSpan: Span | undefined, run: () => unknown): unknown =>
  context.with(appSpan ? trace.setSpan(record.context, appSpan) : record.context, run);

function generate(run: Run, started: Started): unknown {
  const { appSpan, inside } = started;
  const operation = open(run, started);
  if (!operation) return inside(appSpan ?? NONE);
  if (appSpan) operation.adopt(appSpan);
  return run.operations.endWith(operation, () => runIn(operation, appSpan, () => inside(appSpan ?? NONE)), {
    result: () => ({}),
    error: () => (isStopped(run) ? CANCELLED : {}),
  });
}

/** The SDK ends the span once the stream has been read. It does not where the application leaves it. */
function stream(run: Run, started: Started): unknown {
  const { appSpan, inside } = started;
  const operation = open(run, started);
  if (!operation) return inside(appSpan ?? NONE);
  const { queue } = run;
  // Version 4 never ends the run of a stream that is stopped. Its model call ends first.
  operation.onAbort(run.signal, () => {
    if (isStopped(run)) queue(() => operation.end(CANCELLED));
  });
  let finishReason: unknown;
  const ended = (): OperationEnd => {
    const reason = finishReason ?? reasonOn(appSpan);
    return isStopped(run) && !isWhole(reason) ? CANCELLED : streamEnd(run, reason);
  };
  const span = appSpan
    ? standInFor(appSpan)
    : spanFor(operation, {
        set: (set) => {
          finishReason = set[FINISH_REASON] ?? finishReason;
        },
        end: () => operation.end(ended()),
      });
  if (appSpan) operation.adopt(appSpan, ended);
  operation.endWithout(span);
  // Not within a function: the operation keeps others of this scope, and with them all that one of them has of it.
  return failing(runIn(operation, appSpan, inside.bind(undefined, span)), (error) =>
    operation.end(isStopped(run) ? CANCELLED : { error }),
  );
}

/** Whether a run has ended by itself, by its reason: the SDK has one of these two in the place of none. */
const isWhole = (reason: unknown): boolean =>
  reason !== undefined && reason !== 'other' && reason !== 'unknown';

const reasonOn = (appSpan: Span | undefined): unknown => fields(fields(appSpan).attributes)[FINISH_REASON];

const streamEnd = ({ failure }: Run, finishReason: unknown): OperationEnd => {
  if (failure !== undefined) return { error: failure };
  return finishReason === 'error' ? { errorType: '_OTHER' } : {};
};

/** Runs a model call of a stream, and notes how it ends. */
function streamModelCall(run: Run, { appSpan, inside }: Started): unknown {
  run.failure = undefined;
  let reason: unknown;
  run.answer = () => reason ?? reasonOn(appSpan);
  const span = listening(() => INVALID_SPAN_CONTEXT, {
    set: (set) => {
      reason = set[FINISH_REASON] ?? reason;
    },
  });
  return failing(inside(appSpan ?? span), (error) => {
    run.failure = error;
  });
}

async function failing(result: unknown, note: (error: unknown) => void): Promise<unknown> {
  try {
    return await result;
  } catch (error) {
    note(error);
    throw error;
  }
}

/** From version 5 on, an error of a tool is handed to the model. Version 4 throws one of its own instead. */
function tool(run: Run, { attributes, around, appSpan, inside }: Started): unknown {
  const { operations, agentName } = run;
  let failure: OperationEnd | undefined;
  let result: unknown;
  const operation = operations.open(() => ({
    kind: 'execute_tool',
    name: name(attributes['ai.toolCall.name']),
    toolType: 'function',
    toolCallId: name(attributes['ai.toolCall.id']),
    agentName,
    around,
    hasOtherSpan: appSpan !== undefined,
    arguments: parts.parsed(attributes['ai.toolCall.args']),
  }));
  if (!operation) return inside(appSpan ?? NONE);
  const span =
    appSpan ??
    spanFor(operation, {
      set: (set) => {
        result = set['ai.toolCall.result'] ?? result;
      },
      fails: (error) => {
        failure ??= error;
      },
    });
  const ended = (end: OperationEnd): OperationEnd => {
    const failed = failure ?? end;
    const isFailure = failed.error !== undefined || failed.errorType !== undefined;
    return isFailure && isStopped(run) ? CANCELLED : failed;
  };
  return operations.endWith(operation, () => runIn(operation, appSpan, () => inside(span)), {
    result: (output) => ended(toolEnd(output) ?? { result: parts.parsed(result) }),
    error: (error) => ended({ error: fields(error).cause ?? error }),
  });
}

interface Heard {
  set?(attributes: Attributes): void;
  fails?(end: OperationEnd): void;
  end?(): void;
}

/** The span that the SDK gets. What it sets is not recorded on the operation's. */
const spanFor = ({ record }: OpenOperation, heard: Heard): Span =>
  listening(() => trace.getSpanContext(record.context) ?? INVALID_SPAN_CONTEXT, heard);

function listening(spanContext: () => SpanContext, heard: Heard): Span {
  const span: Span = {
    spanContext,
    isRecording: () => true,
    setAttribute: () => span,
    setAttributes(attributes) {
      heard.set?.(attributes);
      return span;
    },
    addEvent: () => span,
    addLink: () => span,
    addLinks: () => span,
    updateName: () => span,
    recordException: (exception) => heard.fails?.({ error: errorOf(exception) }),
    setStatus({ code }: SpanStatus) {
      if (code === SpanStatusCode.ERROR) heard.fails?.({ errorType: '_OTHER' });
      return span;
    },
    end: () => heard.end?.(),
  };
  return span;
}

/**
 * What the SDK gets in the place of the application's span, which the operation and its context keep: it is garbage-collected with
 * the stream, and the run of a stream that the application leaves then ends.
 */
function standInFor(span: Span): Span {
  const standIn: Span = {
    spanContext: () => span.spanContext(),
    isRecording: () => span.isRecording(),
    setAttribute: (...attribute) => handedOn(() => span.setAttribute(...attribute)),
    setAttributes: (attributes) => handedOn(() => span.setAttributes(attributes)),
    addEvent: (...event) => handedOn(() => span.addEvent(...event)),
    addLink: (link) => handedOn(() => span.addLink(link)),
    addLinks: (links) => handedOn(() => span.addLinks(links)),
    setStatus: (status) => handedOn(() => span.setStatus(status)),
    updateName: (name) => handedOn(() => span.updateName(name)),
    recordException: (...exception) => span.recordException(...exception),
    end: (time) => span.end(time),
  };
  const handedOn = (step: () => unknown): Span => {
    step();
    return standIn;
  };
  return standIn;
}

/** The SDK hands over the name and the message of an error. */
function errorOf(exception: Exception): Error {
  const { name: type, message } = fields(exception);
  const error = new Error(String(message ?? ''));
  Object.defineProperty(error, 'name', { value: name(type) ?? 'Error' });
  error.stack = '';
  return error;
}
