/** The tracer that the AI SDK 4, 5 and 6 report one run to: the spans that they start and end are the operations. */
import {
  fields,
  name,
  type OpenOperation,
  type OperationEnd,
  type OperationStart,
  type Operations,
} from '@llmtrace/core';
import {
  type Attributes,
  type Exception,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanStatus,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { CANCELLED, runStart } from './run.ts';

const NONE: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

type Inside = (span: Span) => unknown;

/** @param signal by which the application stops the run. */
export function tracerOf(operations: Operations, signal: AbortSignal | undefined): Tracer {
  const run: Run = { operations, signal, failure: undefined, agentName: undefined };
  return {
    startSpan: () => NONE,
    startActiveSpan(span: string, ...rest: unknown[]): any {
      const inside = rest.at(-1) as Inside;
      const attributes = (fields(rest[0]).attributes ?? {}) as Attributes;
      switch (span) {
        case 'ai.generateText':
          return generate(run, attributes, inside);
        case 'ai.streamText':
          return stream(run, attributes, inside);
        case 'ai.toolCall':
          return tool(run, attributes, inside);
        case 'ai.streamText.doStream':
          return noting(run, inside);
        default:
          return inside(NONE);
      }
    },
  };
}

interface Run {
  readonly operations: Operations;
  readonly signal: AbortSignal | undefined;
  /** The error of the last model call: a stream ends without it. */
  failure: unknown;
  agentName: string | undefined;
}

const isStopped = ({ signal }: Run): boolean => signal?.aborted === true;

function startOf(run: Run, attributes: Attributes): OperationStart {
  const start = runStart(attributes['ai.telemetry.functionId']);
  run.agentName = start.name;
  return start;
}

const generate = (run: Run, attributes: Attributes, inside: Inside): unknown =>
  run.operations.trace(
    () => startOf(run, attributes),
    () => inside(NONE),
    { result: () => ({}), error: () => (isStopped(run) ? CANCELLED : {}) },
  );

/** The SDK ends the span once the stream has been read. It does not where the application leaves it. */
function stream(run: Run, attributes: Attributes, inside: Inside): unknown {
  const { operations, signal } = run;
  const operation = operations.open(() => startOf(run, attributes));
  if (!operation) return inside(NONE);
  const stopping = operations.safely(() => endsWith(operation, signal)) ?? operation;
  let finishReason: unknown;
  const span = spanFor(operation, {
    set: (set) => {
      finishReason = set['ai.response.finishReason'] ?? finishReason;
    },
    end: () => stopping.end(isStopped(run) ? CANCELLED : streamEnd(run, finishReason)),
  });
  operation.endWithout(span);
  return failing(
    operation.run(() => inside(span)),
    (error) => stopping.end(isStopped(run) ? CANCELLED : { error }),
  );
}

const streamEnd = ({ failure }: Run, finishReason: unknown): OperationEnd => {
  if (failure !== undefined) return { error: failure };
  return finishReason === 'error' ? { errorType: '_OTHER' } : {};
};

/** Version 4 never ends the run of a stream that is stopped. Its model call ends first. */
function endsWith(operation: OpenOperation, signal: AbortSignal | undefined): OpenOperation {
  if (!(signal instanceof AbortSignal)) return operation;
  const stop = (): void => void setImmediate(() => operation.end(CANCELLED));
  signal.addEventListener('abort', stop, { once: true });
  return {
    ...operation,
    end(end) {
      signal.removeEventListener('abort', stop);
      operation.end(end);
    },
  };
}

/** A model call of a stream: whether it failed. */
const noting = (run: Run, inside: Inside): unknown => {
  run.failure = undefined;
  return failing(inside(NONE), (error) => {
    run.failure = error;
  });
};

async function failing(result: unknown, note: (error: unknown) => void): Promise<unknown> {
  try {
    return await result;
  } catch (error) {
    note(error);
    throw error;
  }
}

/** From version 5 on, an error of a tool is handed to the model: only the span has it. */
function tool(run: Run, attributes: Attributes, inside: Inside): unknown {
  const { operations, agentName } = run;
  let failure: OperationEnd | undefined;
  let result: unknown;
  const operation = operations.open(() => ({
    kind: 'execute_tool',
    name: name(attributes['ai.toolCall.name']),
    toolType: 'function',
    toolCallId: name(attributes['ai.toolCall.id']),
    agentName,
    arguments: parsed(attributes['ai.toolCall.args']),
  }));
  if (!operation) return inside(NONE);
  const span = spanFor(operation, {
    set: (set) => {
      result = set['ai.toolCall.result'] ?? result;
    },
    fails: (error) => {
      failure ??= error;
    },
  });
  const ended = (): OperationEnd =>
    isStopped(run) && failure ? CANCELLED : (failure ?? { result: parsed(result) });
  return operations.endWith(operation, () => operation.run(() => inside(span)), {
    result: ended,
    error: ended,
  });
}

function parsed(json: unknown): unknown {
  if (typeof json !== 'string') return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

interface Heard {
  set?(attributes: Attributes): void;
  fails?(end: OperationEnd): void;
  end?(): void;
}

/** The span that the SDK gets. What it sets is not recorded on the operation's. */
function spanFor({ record }: OpenOperation, heard: Heard): Span {
  const span: Span = {
    spanContext: () => trace.getSpanContext(record.context) ?? INVALID_SPAN_CONTEXT,
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

/** The SDK hands over the name and the message of an error. */
function errorOf(exception: Exception): Error {
  const { name: type, message } = fields(exception);
  const error = new Error(String(message ?? ''));
  Object.defineProperty(error, 'name', { value: name(type) ?? 'Error' });
  error.stack = '';
  return error;
}
