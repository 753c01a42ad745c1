/** {@link Operations} over an engine. */
import {
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  type Span,
  trace,
} from '@opentelemetry/api';
import {
  type AgentOperation,
  carry,
  type McpRequest,
  type OperationSubject,
  operationOf,
  runOf,
} from '../../model/agent-operation.ts';
import { spanOf } from '../../model/call-span.ts';
import { nativeOf } from '../../model/native-call.ts';
import type {
  Followed,
  OpenOperation,
  OperationEnd,
  OperationEnds,
  Operations,
  TakenTool,
} from '../../model/operations.ts';
import { setImmediate } from '../../platform/at-start.ts';
import { isThenable } from '../../platform/is-thenable.ts';
import { facts } from '../../platform/process-state.ts';
import { processWide } from '../../platform/process-wide.ts';
import { define } from '../../platform/replace-method.ts';
import { warnOnce } from '../../platform/warn.ts';
import type { EngineConfig } from '../engine-config.ts';
import { guard } from '../guard.ts';
import { endUnread, takeRunSpan } from '../native/framework-span.ts';
import { OTHER_SPANS } from '../native/model-spans.ts';
import { tracerOf } from '../native/native-span.ts';
import { openRun } from './native-run.ts';
import {
  closeOperation,
  endWhenCollected,
  type LiveOperation,
  learn,
  stopOnAbort,
} from './open-operation.ts';

const operationsByEngine = new WeakMap<EngineConfig, Operations>();

/** The same object for all calls of an engine: it has 15 functions, which each call of a framework would make anew. */
export function operationsOf(engine: EngineConfig): Operations {
  let operations = operationsByEngine.get(engine);
  if (!operations) {
    operations = makeOperations(engine);
    operationsByEngine.set(engine, operations);
  }
  return operations;
}

function makeOperations(engine: EngineConfig): Operations {
  const safely = <T>(step: () => T): T | undefined => guard(engine, 'answer', step);
  const operations: Operations = {
    mcpPropagate: engine.mcpPropagate,
    tracesAgents: engine.agents,
    recordsContent: engine.content !== undefined && !engine.content.completionHook,
    open: (start) => guard(engine, 'start', () => new Handle(openRun(engine, start()))),
    trace(start, run, ends) {
      const operation = operations.open(start);
      return operation ? operations.endWith(operation, () => operation.run(run), ends) : run();
    },
    endWith: (operation, run, ends) =>
      ending(run, {
        result: (result) => operation.end(safely(() => ends?.result?.(result)) ?? { result }),
        error: (error) => operation.end({ error, ...safely(() => ends?.error?.(error)) }),
      }),
    follow: (operation, iterator, ends) =>
      void safely(() =>
        follow(operation, iterator, {
          result: (part) => safely(() => ends?.result?.(part)) ?? {},
          returned: (value) => safely(() => ends?.returned?.(value)) ?? {},
          error: (error) => safely(() => ends?.error?.(error)) ?? {},
        }),
      ),
    together: (tools, run) =>
      runWith(
        TOGETHER,
        tools.map(({ record }) => record),
        run,
      ),
    tracesRuns: (client) => safely(() => tracesRuns(engine, client)) === true,
    besideSpans: (spans, run) => runWith(OTHER_SPANS, () => safely(spans) ?? [], run),
    takeTool: (name, request) => safely(() => takeTool(name, request)),
    ownsSpans: () => processWide().ownsSpans?.() || processWide().exportsBoth?.() || false,
    ownsAllSpans: () => processWide().ownsSpans?.() ?? false,
    asksModel: (run) => void (run && asking.add(run)),
    tellUnseen(run) {
      if (run && asking.has(run) && run.record.rollUp?.modelCalls === 0) operations.lacks(UNSEEN);
    },
    watchUnseen() {
      const before = tracedCalls();
      return () => {
        if (tracedCalls() === before) operations.lacks(UNSEEN);
      };
    },
    askUnseen(ask, isAsked = () => true) {
      const tellUnseen = operations.watchUnseen();
      const result = ask();
      const observe = (value: Awaited<typeof result>): void =>
        void safely(() => isAsked(value) && tellUnseen());
      // A promise keeps its class, and its time: the framework awaits it, so that this one hides no rejection.
      if (isThenable(result)) safely(() => result.then(observe as (value: unknown) => void, () => {}));
      else observe(result as Awaited<typeof result>);
      return result;
    },
    isWithinRun: () => runOf(operationOf(context.active())) !== undefined,
    lacks: (what) => warnOnce(`${engine.vendor.module} is not traced wholly: ${what}`),
    safely,
  };
  return operations;
}

/** The runs that have asked a model. */
const asking = new WeakSet<OpenOperation>();

const UNSEEN = 'model calls that no instrumentation sees';

/** How many model calls of the process have been traced, by all instrumentations. */
const tracedCalls = (): number => [...facts().traced.values()].reduce((sum, calls) => sum + calls, 0);

/** Runs a function in the active context with one more value. */
const runWith = <T>(key: symbol, value: unknown, run: () => T): T =>
  context.with(context.active().setValue(key, value), run);

function tracesRuns({ vendor: { native } }: EngineConfig, client: unknown): boolean {
  return native?.runs !== undefined && tracerOf(native, client) !== undefined;
}

/** The spans of frameworks that stand for operations: llmtrace has none for these. */
const adoptedSpans = new WeakMap<AgentOperation, Span>();

/** A class: an object of nine functions, made anew for each operation, would take 0.6 KB. */
class Handle implements OpenOperation {
  readonly record: AgentOperation;
  readonly #live: LiveOperation;

  constructor(live: LiveOperation) {
    this.record = live.operation;
    this.#live = live;
  }

  run<T>(run: () => T): T {
    return context.with(this.record.context, run);
  }

  begin<T>(run: () => T): T {
    const native = nativeOf(this.record);
    return context.with(this.record.context, () => (native ? native.run([], run) : run()));
  }

  end(end?: OperationEnd): void {
    closeOperation(this.#live, end);
  }

  seen(): void {
    if (this.record.endTime === undefined) this.record.activeTime = performance.now();
  }

  learn(names: Pick<OperationSubject, 'conversationId'>): void {
    guard(this.#live.engine, 'answer', () => learn(this.record, names));
  }

  adopt(span: Span, onEnd?: () => OperationEnd): void {
    const { engine, operation } = this.#live;
    guard(engine, 'start', () => {
      adoptedSpans.set(operation, span);
      if (isSpanContextValid(span.spanContext())) operation.context = trace.setSpan(operation.context, span);
      const { sums, keepsUsage } = engine.frameworkSpans;
      takeRunSpan(span, { sums: () => sums(operation), keepsUsage }, () => {
        if (onEnd) guard(engine, 'end', () => closeOperation(this.#live, onEnd()));
      });
      this.#live.leaveSpan = () => {
        const { endTime, outcome } = operation;
        const isAbandoned = outcome === 'abandoned';
        if (isAbandoned || onEnd) endUnread(span, { endTime, outcome, now: isAbandoned });
      };
    });
  }

  bindTo(span: unknown): void {
    const { engine, operation } = this.#live;
    guard(engine, 'start', () => {
      if (typeof (span as Partial<Span> | undefined)?.spanContext === 'function')
        carry(span as Span, operation);
    });
  }

  onAbort(signal: unknown, stop: () => void): void {
    guard(this.#live.engine, 'start', () => stopOnAbort(this.#live, signal, stop));
  }

  endWithout(answer: object): void {
    endWhenCollected(answer, this.#live);
  }
}

/** Runs a function; `end` is notified of its outcome before the application is. */
function ending<T>(run: () => T, end: { result(value: Awaited<T>): void; error(error: unknown): void }): T {
  let result: T;
  try {
    result = run();
  } catch (error) {
    end.error(error);
    throw error;
  }
  if (!isThenable(result)) {
    end.result(result as Awaited<T>);
    return result;
  }
  // A tool may return an object of its own with `then()`, which need not return a promise.
  const promise = result instanceof Promise ? result : Promise.resolve(result);
  return promise.then(
    (value) => {
      end.result(value as Awaited<T>);
      return value;
    },
    (error: unknown) => {
      end.error(error);
      throw error;
    },
  ) as T;
}

type Step = (...args: unknown[]) => Promise<IteratorResult<unknown>>;

/** Replaces the methods on the iterator itself, which keeps its class and its other methods. */
function follow(operation: Followed, iterator: AsyncIterator<unknown>, ends: Required<OperationEnds>): void {
  let end: OperationEnd = {};
  for (const name of ['next', 'return', 'throw'] as const) {
    const step = iterator[name] as Step | undefined;
    if (typeof step !== 'function') continue;
    define(iterator, name, (...args: unknown[]) =>
      operation
        .run(() => step.apply(iterator, args))
        .then(
          (result) => {
            if (result.done && name === 'return') endSoon(operation, end);
            else if (result.done) operation.end({ ...end, ...ends.returned(result.value) });
            else {
              operation.seen();
              end = { ...end, ...ends.result(result.value) };
            }
            return result;
          },
          (error: unknown) => {
            operation.end({ error, ...ends.error(error) });
            throw error;
          },
        ),
    );
  }
  operation.endWithout(iterator);
}

/** Ends an operation that the application has left. Its calls are stopped within this turn, and count. */
const endSoon = (operation: Followed, end: OperationEnd): void =>
  void setImmediate(() => operation.end({ outcome: 'cancelled', ...end }));

/** The executions of tools that have an MCP request: each takes one request only. */
const taken = new WeakSet<object>();

/** The context key of tools that one call of their framework executes. */
const TOGETHER = createContextKey('llmtrace.together');

function takeTool(name: string, request: McpRequest): TakenTool | undefined {
  const operation = executionsIn(context.active()).find(
    (candidate) =>
      candidate.endTime === undefined && isSame(candidate.subject.name, name) && !taken.has(candidate),
  );
  if (!operation) return undefined;
  taken.add(operation);
  operation.subject = { ...operation.subject, mcp: request };
  return {
    context: operation.context,
    fails(errorType) {
      operation.errorType = errorType;
    },
  };
}

/** The executions of tools in a context: those of one call together, or the one whose span is the active one. */
function executionsIn(active: Context): readonly AgentOperation[] {
  const operation = operationOf(active);
  if (operation?.subject.kind === 'execute_tool')
    return trace.getSpan(active) === (spanOf(operation) ?? adoptedSpans.get(operation)) ? [operation] : [];
  return (active.getValue(TOGETHER) as readonly AgentOperation[] | undefined) ?? [];
}

/** Compares by the ending, because frameworks prefix the name of a tool with that of its server: `weather__forecast`. */
const isSame = (executed: string | undefined, requested: string): boolean =>
  executed !== undefined && requested !== '' && executed.endsWith(requested);
