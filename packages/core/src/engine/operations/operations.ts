/** {@link Operations} over an engine. */
import { context, trace } from '@opentelemetry/api';
import { type McpRequest, operationOf, runsOf } from '../../model/agent-operation.ts';
import { spanOf } from '../../model/call-span.ts';
import type {
  OpenOperation,
  OperationEnd,
  OperationEnds,
  Operations,
  TakenTool,
} from '../../model/operations.ts';
import { isThenable } from '../../platform/is-thenable.ts';
import { processWide } from '../../platform/process-wide.ts';
import { define } from '../../platform/replace-method.ts';
import type { EngineConfig } from '../engine-config.ts';
import { guard } from '../guard.ts';
import { takeRunSpan } from '../native/framework-span.ts';
import {
  closeOperation,
  endWhenCollected,
  type LiveOperation,
  openOperation,
  stopOnAbort,
} from './open-operation.ts';

export function operationsOf(engine: EngineConfig): Operations {
  const safely = <T>(step: () => T): T | undefined => guard(engine, 'answer', step);
  const operations: Operations = {
    mcpPropagate: engine.mcpPropagate,
    recordsContent: engine.content !== undefined && !engine.content.completionHook,
    open: (start) => guard(engine, 'start', () => handleOf(openOperation(engine, start()))),
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
          error: (error) => safely(() => ends?.error?.(error)) ?? {},
        }),
      ),
    takeTool: (name, request) => safely(() => takeTool(name, request)),
    ownsSpans: () => processWide().ownsSpans?.() || processWide().exportsBoth?.() || false,
    isWithinRun: () => runsOf(operationOf(context.active())).length > 0,
    safely,
  };
  return operations;
}

const handleOf = (live: LiveOperation): OpenOperation => {
  const { operation } = live;
  return {
    record: operation,
    run: (run) => context.with(operation.context, run),
    end: (end) => closeOperation(live, end),
    seen() {
      if (operation.endTime === undefined) operation.activeTime = performance.now();
    },
    adopt: (span, onEnd) =>
      void guard(live.engine, 'start', () => {
        const { sums, keepsUsage } = live.engine.frameworkSpans;
        takeRunSpan(span, { sums: () => sums(operation), keepsUsage }, () => {
          if (onEnd) guard(live.engine, 'end', () => closeOperation(live, onEnd()));
        });
      }),
    onAbort: (signal, stop) => void guard(live.engine, 'start', () => stopOnAbort(live, signal, stop)),
    endWithout: (answer) => endWhenCollected(answer, live),
  };
};

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
  return result.then(
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
function follow(
  operation: OpenOperation,
  iterator: AsyncIterator<unknown>,
  ends: Required<OperationEnds>,
): void {
  let end: OperationEnd = {};
  for (const name of ['next', 'return', 'throw'] as const) {
    const step = iterator[name] as Step | undefined;
    if (typeof step !== 'function') continue;
    define(iterator, name, (...args: unknown[]) =>
      operation
        .run(() => step.apply(iterator, args))
        .then(
          (result) => {
            if (result.done) operation.end(name === 'return' ? { outcome: 'cancelled' } : end);
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

/** The executions of tools that have an MCP request: each takes one request only. */
const taken = new WeakSet<object>();

function takeTool(name: string, request: McpRequest): TakenTool | undefined {
  const active = context.active();
  const operation = operationOf(active);
  const span = trace.getSpan(active);
  if (operation?.subject.kind !== 'execute_tool' || !isSame(operation.subject.name, name)) return undefined;
  if (taken.has(operation) || span !== spanOf(operation)) return undefined;
  taken.add(operation);
  operation.subject = { ...operation.subject, mcp: request };
  return {
    context: active,
    fails(errorType) {
      operation.errorType = errorType;
    },
  };
}

/** Compares by the ending, because frameworks prefix the name of a tool with that of its server: `weather__forecast`. */
const isSame = (executed: string | undefined, requested: string): boolean =>
  executed !== undefined && requested !== '' && executed.endsWith(requested);
