/**
 * The SDK's own tracing, which the SDK calls even if the application switched it off. A trace becomes a workflow; a span of
 * the type `agent` becomes the run of an agent, one of the type `function` a tool. The SDK's export does not change.
 */
import {
  name,
  type OpenOperation,
  type OperationEnd,
  type OperationStart,
  type PatchedCall,
} from '@llmtrace/core';
import { type Context, context } from '@opentelemetry/api';
import { currentRun } from './current-run.ts';

/** The operation of an object of the SDK's tracing. */
interface Entry {
  /** The active context when the SDK made the object. */
  readonly around: Context;
  readonly open: (() => OpenOperation | undefined) | undefined;
  operation: OpenOperation | undefined;
  isOpened: boolean;
  hasFailed: boolean;
}

/** The keys are traces and the data of spans. A span's clones share its data; a trace's clones are added by `cloneTrace`. */
const entries = new WeakMap<object, Entry>();

/** Opens the operation on first use, as the SDK starts its own spans: objects that it only restores open none. */
export function contextOf(key: unknown): Context | undefined {
  const entry = entryOf(key);
  if (!entry) return undefined;
  if (!entry.isOpened) {
    entry.isOpened = true;
    entry.operation = entry.open?.();
  }
  return entry.operation?.record.context ?? entry.around;
}

export const aroundOf = (key: unknown): Context | undefined => entryOf(key)?.around;

const entryOf = (key: unknown): Entry | undefined =>
  typeof key === 'object' && key !== null ? entries.get(key) : undefined;

/** The SDK's name of a workflow that the application has not named. */
const UNNAMED = 'Agent workflow';

export function createTrace({ operations, original, args }: PatchedCall): unknown {
  const trace = original(...args);
  operations.safely(() => {
    const { name: workflowName, groupId } = args[0] ?? {};
    const around = context.active();
    const isNamed = workflowName !== undefined && workflowName !== UNNAMED;
    const start = (): OperationStart => ({
      kind: 'invoke_workflow',
      name: isNamed ? name(workflowName) : undefined,
      conversationId: name(groupId),
      around,
    });
    // With its tracing switched off, the SDK makes a workflow for each run within a run.
    const isOperation = isNamed || !operations.isWithinRun();
    const entry = addEntry(trace, around, isOperation ? () => operations.open(start) : undefined);
    const run = currentRun();
    if (run) run.end = (end) => entry.operation?.end(end);
  });
  return trace;
}

function addEntry(key: object, around: Context, open?: Entry['open']): Entry {
  const entry = { around, open, operation: undefined, isOpened: false, hasFailed: false };
  entries.set(key, entry);
  return entry;
}

export function createSpan({ operations, original, args }: PatchedCall): unknown {
  const span = original(...args);
  operations.safely(() => {
    const [, parent] = args;
    const data = span?.spanData;
    if (typeof data !== 'object' || data === null) return;
    const around = contextOf(parent?.spanData) ?? contextOf(parent) ?? context.active();
    const kind = KINDS[data.type as keyof typeof KINDS];
    const start = (): OperationStart => ({
      kind: kind as OperationStart['kind'],
      name: name(data.name),
      ...(kind === 'execute_tool' && { toolType: 'function' }),
      around,
    });
    const run = currentRun();
    const open = (): OpenOperation | undefined => {
      const operation = operations.open(start);
      if (operation) run?.open.add(operation);
      return operation;
    };
    addEntry(data, around, kind && open);
  });
  return span;
}

/** Other types (a turn, a handoff, a guardrail) are no operations of the conventions: their children move up to the parent. */
const KINDS = { agent: 'invoke_agent', function: 'execute_tool' } as const;

export function cloneTrace({ operations, original, self }: PatchedCall): unknown {
  const clone = original();
  operations.safely(() => {
    const entry = entryOf(self);
    if (entry) entries.set(clone, entry);
  });
  return clone;
}

export function failSpan({ original, self, args }: PatchedCall): unknown {
  const entry = entryOf(self?.spanData);
  if (entry) entry.hasFailed = true;
  return original(...args);
}

export function endSpan({ operations, original, self, args }: PatchedCall): unknown {
  operations.safely(() => {
    const entry = entryOf(self?.spanData);
    if (!entry?.operation) return;
    const run = currentRun();
    run?.open.delete(entry.operation);
    const isLeft = self.spanData.type === 'agent' && run?.isCancelled();
    entry.operation.end(isLeft ? { outcome: 'cancelled' } : endOf(entry, self.spanData));
  });
  return original(...args);
}

/** The SDK hands errors to its tracing as texts, which are content. */
const endOf = (
  { hasFailed }: Entry,
  { type, output }: { type?: unknown; output?: unknown },
): OperationEnd => ({
  ...(hasFailed && { errorType: '_OTHER' }),
  ...(type === 'function' && { result: output }),
});

/** Within a run, the run ends the workflow: it knows the outcome, and the SDK does not call `end` when a run fails. */
export function endTrace({ operations, original, self, args }: PatchedCall): unknown {
  operations.safely(() => {
    if (!currentRun()) entryOf(self)?.operation?.end();
  });
  return original(...args);
}
