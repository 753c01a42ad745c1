/** An open operation: its start, its context, and its one end. */
import { context } from '@opentelemetry/api';
import { type ToolValues, toolContent } from '../../content/tool-capture.ts';
import { isCancelled } from '../../errors/index.ts';
import {
  type AgentOperation,
  isToolCall,
  OPERATION,
  type OperationOutcome,
  type OperationSubject,
  operationOf,
  parentOf,
  type RollUp,
  runOf,
} from '../../model/agent-operation.ts';
import { type NativeCall, setNative } from '../../model/native-call.ts';
import type { ModelUsage, OperationEnd, OperationStart } from '../../model/operations.ts';
import { name } from '../../platform/bounds.ts';
import { LinkedContext } from '../../platform/linked-context.ts';
import { type Linked, LinkedList } from '../../platform/linked-list.ts';
import { type Holder, whenCollected } from '../abandonment.ts';
import type { EngineConfig } from '../engine-config.ts';
import { guard, report } from '../guard.ts';
import { startSpan } from '../start-span.ts';
import { recordUsage } from './model-usage.ts';

/** State of an open operation. It must not keep the application's result alive: its garbage collection may end it. */
export interface LiveOperation extends Holder, Linked<LiveOperation> {
  readonly engine: EngineConfig;
  readonly operation: AgentOperation;
  /** Removes the listener to the application's signal, which may live longer than the operation. */
  forgetSignal: (() => void) | undefined;
  /** Ends the span of the framework that stands for the operation, where the framework may not. */
  leaveSpan: (() => void) | undefined;
  /** Asked at the end: {@link OperationStart.usage}. */
  usage: (() => readonly ModelUsage[]) | undefined;
}

const openOperations = new LinkedList<LiveOperation>();

/**
 * Opens an operation. Each opened operation ends once.
 * @param nativeFor the part of an SDK that traces itself in the span.
 */
export function openOperation(
  engine: EngineConfig,
  start: OperationStart,
  nativeFor?: (operation: AgentOperation) => NativeCall | undefined,
): LiveOperation {
  const now = performance.now();
  const operation = operationFrom(start, now);
  record(engine, operation, { arguments: start.arguments });
  const native = nativeFor && guard(engine, 'start', () => nativeFor(operation));
  if (native) setNative(operation, native);
  if (!start.hasOtherSpan) startSpan(engine, operation, () => engine.startOperationSpan(operation));
  operation.context = new LinkedContext(operation.context, OPERATION, operation);
  if (isToolCall(operation.subject)) countTool(operation.parent, now);
  const live: LiveOperation = {
    engine,
    operation,
    forgetSignal: undefined,
    leaveSpan: undefined,
    usage: start.usage,
    answer: undefined,
    isRegistered: false,
    previous: undefined,
    next: undefined,
  };
  openOperations.add(live);
  return live;
}

/** The record of an operation that starts. */
function operationFrom(start: OperationStart, now: number): AgentOperation {
  const around = start.around ?? context.active();
  return {
    subject: subjectOf(start),
    parent: operationOf(around),
    rollUp: start.kind === 'invoke_agent' || start.kind === 'invoke_workflow' ? emptyRollUp() : undefined,
    startTime: now,
    activeTime: now,
    endTime: undefined,
    outcome: undefined,
    error: undefined,
    errorType: undefined,
    content: undefined,
    hasTokenSpans: start.hasTokenSpans,
    link: start.link,
    context: around,
  };
}

/** Field by field: a loop over the entries takes 1 µs an operation. */
function subjectOf(start: OperationStart): OperationSubject {
  const subject: OperationSubject = {
    kind: start.kind,
    name: name(start.name),
    description: name(start.description),
    agentName: name(start.agentName),
    provider: name(start.provider),
    model: name(start.model),
    conversationId: name(start.conversationId),
    toolCallId: name(start.toolCallId),
    toolType: start.toolType,
  };
  return start.mcp ? { ...subject, mcp: bounded(start.mcp) } : subject;
}

/** Bounds the names, which come from the application, and over MCP from other processes. */
function bounded<T extends object>(texts: T): T {
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(texts)) {
    const text = typeof value === 'object' ? value : name(value);
    if (text !== undefined) found[key] = text;
  }
  return found as T;
}

/** Adds names to those that the start knew. */
export function learn(operation: AgentOperation, names: Partial<OperationSubject>): void {
  operation.subject = { ...operation.subject, ...bounded(names) };
}

const emptyRollUp = (): RollUp => ({
  modelCalls: 0,
  toolCalls: 0,
  ownModelCalls: 0,
  ownToolCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cost: 0,
  unknownCalls: 0,
});

/** Counts a tool when it starts, so that a tool that still runs when its agent is aborted counts. */
function countTool(parent: AgentOperation | undefined, now: number): void {
  const innermost = runOf(parent);
  if (innermost) innermost.rollUp.ownToolCalls++;
  for (let run = innermost; run; run = runOf(parentOf(run))) {
    run.rollUp.toolCalls++;
    run.activeTime = now;
  }
}

/** Records content if content is on. A completion hook gets the content of model calls only, so it turns this off. */
function record({ content }: EngineConfig, operation: AgentOperation, values: ToolValues): void {
  if (!content || content.completionHook) return;
  const more = toolContent(content, values);
  Object.assign(operation, { content: more && { ...operation.content, ...more } });
}

const collected = whenCollected<LiveOperation>(
  (live) => closeOperation(live, { outcome: 'abandoned' }),
  openOperations,
);

/** Ends the operation as abandoned should `answer` be collected before it ends otherwise. */
export function endWhenCollected(answer: object, live: LiveOperation): void {
  if (live.operation.endTime === undefined) collected.watch(answer, live);
}

/** Runs `stop` when the signal is aborted before the operation has ended. */
export function stopOnAbort(live: LiveOperation, signal: unknown, stop: () => void): void {
  if (!(signal instanceof AbortSignal) || live.operation.endTime !== undefined) return;
  signal.addEventListener('abort', stop, { once: true });
  live.forgetSignal = () => signal.removeEventListener('abort', stop);
}

/** Ends an operation: the only place where that happens, and only once. */
export function closeOperation(
  live: LiveOperation,
  { outcome, error, errorType, result }: OperationEnd = {},
  now = outcome === 'abandoned' ? live.operation.activeTime : performance.now(),
): void {
  const { engine, operation, usage } = live;
  if (operation.endTime !== undefined) return;
  live.usage = undefined;
  if (usage) guard(engine, 'end', () => recordUsage(engine, operation, usage(), now));
  operation.endTime = now;
  openOperations.remove(live);
  collected.forget(live);
  if (live.forgetSignal) guard(engine, 'end', live.forgetSignal);
  operation.error = error;
  operation.errorType = errorType ?? operation.errorType;
  operation.outcome = outcome ?? outcomeOf(error, operation.errorType);
  if (operation.parent) operation.parent.activeTime = Math.max(operation.parent.activeTime, now);
  guard(engine, 'end', () => record(engine, operation, { result, error }));
  notifyOperationEnd(engine, operation);
  if (live.leaveSpan) guard(engine, 'end', live.leaveSpan);
}

/** An error of one observer does not affect the others. */
function notifyOperationEnd(
  engine: Pick<EngineConfig, 'observers' | 'diag'>,
  operation: AgentOperation,
): void {
  for (const observer of engine.observers) {
    try {
      observer.operationEnd?.(operation);
    } catch (error) {
      report(engine, 'end', error);
    }
  }
}

function outcomeOf(error: unknown, errorType: string | undefined): OperationOutcome {
  if (error === undefined && errorType === undefined) return 'completed';
  return error !== undefined && isCancelled(error) ? 'cancelled' : 'failed';
}

/** Ends all open operations as abandoned, the innermost first, before the process ends. */
export function endOpenOperations(): void {
  const now = performance.now();
  for (const live of [...openOperations].reverse()) closeOperation(live, { outcome: 'abandoned' }, now);
}
