/** {@link Operations} over an engine. */
import { context, trace } from '@opentelemetry/api';
import { type McpRequest, operationOf } from '../../model/agent-operation.ts';
import { spanOf } from '../../model/call-span.ts';
import type { OpenOperation, OperationEnd, Operations } from '../../model/operations.ts';
import { define } from '../../platform/replace-method.ts';
import type { EngineConfig } from '../engine-config.ts';
import { guard } from '../guard.ts';
import { closeOperation, endWhenCollected, type LiveOperation, openOperation } from './open-operation.ts';

export function operationsOf(engine: EngineConfig): Operations {
  const safely = <T>(step: () => T): T | undefined => guard(engine, 'answer', step);
  const operations: Operations = {
    mcpPropagate: engine.mcpPropagate,
    open: (start) => guard(engine, 'start', () => handleOf(openOperation(engine, start()))),
    trace(start, run, endOf) {
      const operation = operations.open(start);
      return operation ? operations.endWith(operation, () => operation.run(run), endOf) : run();
    },
    endWith: (operation, run, endOf) =>
      ending(operation, run, (result) => safely(() => endOf?.(result)) ?? { result }),
    follow: (operation, iterator) => void safely(() => follow(operation, iterator)),
    takeTool: (name, request) => safely(() => takeTool(name, request)),
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
    endWithout: (answer) => endWhenCollected(answer, live),
  };
};

function ending<T>(operation: OpenOperation, run: () => T, endOf: (result: Awaited<T>) => OperationEnd): T {
  let result: T;
  try {
    result = run();
  } catch (error) {
    operation.end({ error });
    throw error;
  }
  if (!isThenable(result)) {
    operation.end(endOf(result as Awaited<T>));
    return result;
  }
  return result.then(
    (value) => {
      operation.end(endOf(value as Awaited<T>));
      return value;
    },
    (error: unknown) => {
      operation.end({ error });
      throw error;
    },
  ) as T;
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';

type Step = (...args: unknown[]) => Promise<IteratorResult<unknown>>;

/** The methods are replaced on the object itself: it keeps its class and its other methods. */
function follow(operation: OpenOperation, iterator: AsyncIterator<unknown>): void {
  for (const name of ['next', 'return', 'throw'] as const) {
    const step = iterator[name] as Step | undefined;
    if (typeof step !== 'function') continue;
    define(iterator, name, (...args: unknown[]) =>
      operation
        .run(() => step.apply(iterator, args))
        .then(
          (result) => {
            if (result.done) operation.end(name === 'return' ? { outcome: 'cancelled' } : {});
            else operation.seen();
            return result;
          },
          (error: unknown) => {
            operation.end({ error });
            throw error;
          },
        ),
    );
  }
  operation.endWithout(iterator);
}

/** Requests of MCP that were noted on the execution of a tool: it is for one request only. */
const taken = new WeakSet<object>();

function takeTool(name: string, request: McpRequest): ReturnType<Operations['takeTool']> {
  const active = context.active();
  const operation = operationOf(active);
  const span = trace.getSpan(active);
  if (operation?.subject.kind !== 'execute_tool' || !isSame(operation.subject.name, name)) return undefined;
  if (taken.has(operation) || span !== spanOf(operation)) return undefined;
  taken.add(operation);
  operation.subject = { ...operation.subject, mcp: request };
  return active;
}

/** Frameworks prefix the names of a server's tools by the server's: `weather__forecast`. */
const isSame = (executed: string | undefined, requested: string): boolean =>
  executed !== undefined && requested !== '' && executed.endsWith(requested);
