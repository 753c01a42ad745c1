/**
 * The SDK's own tracing, which it calls even where that is switched off: a trace is a workflow, its spans of the types
 * `agent` and `function` are the run of an agent and a tool. Nothing is added to what the SDK exports.
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

/** An object of the SDK's tracing, with the operation that it stands for. */
interface Entry {
  /** What is active around it. */
  readonly around: Context;
  readonly open: (() => OpenOperation | undefined) | undefined;
  operation: OpenOperation | undefined;
  isOpened: boolean;
  hasFailed: boolean;
}

/** Clones of a span share its data; those of a trace are noted as they are made. */
const entries = new WeakMap<object, Entry>();

/** The SDK opens nothing itself until its first use, nor is anything opened that it only restores. */
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
    const { name: given, groupId } = args[0] ?? {};
    const around = context.active();
    const isNamed = given !== undefined && given !== UNNAMED;
    const start = (): OperationStart => ({
      kind: 'invoke_workflow',
      name: isNamed ? name(given) : undefined,
      conversationId: name(groupId),
      around,
    });
    // With its tracing switched off, the SDK makes a workflow for each run within a run.
    const isOwn = isNamed || !operations.isWithinRun();
    const entry = note(trace, around, isOwn ? () => operations.open(start) : undefined);
    const run = currentRun();
    if (run) run.end = (end) => entry.operation?.end(end);
  });
  return trace;
}

function note(key: object, around: Context, open?: Entry['open']): Entry {
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
    note(data, around, kind && open);
  });
  return span;
}

/** Other types (a turn, a handoff, a guardrail) are no operations of the conventions: what is within passes through. */
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
    currentRun()?.open.delete(entry.operation);
    entry.operation.end(endOf(entry, self.spanData));
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

/** Within a run, that knows better how it ended; where the run fails, this is not even called. */
export function endTrace({ operations, original, self, args }: PatchedCall): unknown {
  operations.safely(() => {
    if (!currentRun()) entryOf(self)?.operation?.end();
  });
  return original(...args);
}
