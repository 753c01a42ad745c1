/**
 * The run of an SDK's own loop, where the SDK traces itself: its span of the run becomes that of the operation, and its span
 * of each tool becomes an operation of its own.
 */
import {
  type AttributeValue,
  type Context,
  context,
  type Span,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import { type AgentOperation, OPERATION, operationOf } from '../../model/agent-operation.ts';
import { spanOf } from '../../model/call-span.ts';
import type { NativeCall } from '../../model/native-call.ts';
import type { OperationEnd, OperationStart } from '../../model/operations.ts';
import { name } from '../../platform/bounds.ts';
import { COMPANION } from '../../platform/linked-context.ts';
import { define } from '../../platform/replace-method.ts';
import type { NativeRuns } from '../../vendor/vendor.ts';
import type { EngineConfig } from '../engine-config.ts';
import { guard } from '../guard.ts';
import { counts, nativeRun, tracerOf, without } from '../native/native-span.ts';
import { closeOperation, type LiveOperation, openOperation } from './open-operation.ts';

/** Opens an operation: one that the SDK of its client traces itself, if it does. */
export function openRun(engine: EngineConfig, start: OperationStart): LiveOperation {
  const { native } = engine.vendor;
  const tracer = native?.runs && start.client !== undefined ? tracerOf(native, start.client) : undefined;
  if (!tracer || !native?.runs) return openOperation(engine, start);
  const { runs } = native;
  const safely = (step: () => void): void => void guard(engine, 'end', step);
  const live = openOperation(engine, start, (operation) =>
    nativeRun(
      operation,
      { key: native.tracer, runs, tracer, client: start.client },
      engine.nativeSpans,
      safely,
    ),
  );
  guard(engine, 'start', () => observeTools(tracer, runs));
  engines.set(live.operation, engine);
  return live;
}

/** The engine of each run that an SDK traces itself. */
const engines = new WeakMap<AgentOperation, EngineConfig>();

const observed = new WeakSet<Tracer>();

/** Replaces the method on the SDK's tracer itself: the SDK starts the spans of tools long after its method has returned. */
function observeTools(tracer: Tracer, runs: NativeRuns): void {
  if (observed.has(tracer)) return;
  observed.add(tracer);
  const { startSpan } = tracer;
  define(tracer, 'startSpan', (name: string, options?: SpanOptions, parent?: Context): Span => {
    const start: StartSpan = (...args) => startSpan.apply(tracer, args);
    const around = contextOf(parent);
    const engine = engines.get(operationOf(around) as AgentOperation);
    const open = (): Span | undefined =>
      engine && runs.tools.test(name) ? openTool(engine, runs, { start, around, options }) : undefined;
    return (engine && guard(engine, 'start', open)) ?? start(name, options, parent);
  });
}

type StartSpan = Tracer['startSpan'];

/** The context of a tool: the SDK's, unless its copy of OpenTelemetry's API knows nothing of the run. */
const contextOf = (parent: Context | undefined): Context =>
  parent && operationOf(parent) ? parent : context.active();

interface ToolStart {
  readonly start: StartSpan;
  readonly around: Context;
  readonly options: SpanOptions | undefined;
}

/** Opens the execution of a tool. @returns the span that the SDK takes for its own. */
function openTool(
  engine: EngineConfig,
  { dropped }: NativeRuns,
  { start, around, options = {} }: ToolStart,
): Span | undefined {
  const { attributes = {} } = options;
  let release = (): void => {};
  const native: NativeCall = {
    start(spanName, ours) {
      if (engine.nativeSpans === 'replace') return undefined;
      const merged = { ...without(attributes, dropped), ...ours.attributes };
      const span = start(spanName, { ...options, attributes: merged }, around);
      return counts(span) ? span : undefined;
    },
    run: (args, run) => run(args),
    end(finish) {
      release();
      finish();
    },
  };
  const live = openOperation(engine, subjectOf(attributes, around), () => native);
  const span = spanOf(live.operation);
  if (span) release = observeEnd(span, live, dropped);
  else closeOperation(live); // its end would never be known
  return span;
}

const subjectOf = (attributes: SpanOptions['attributes'] = {}, around: Context): OperationStart => ({
  kind: 'execute_tool',
  name: name(attributes['gen_ai.tool.name']),
  toolCallId: name(attributes['gen_ai.tool.call.id']),
  toolType: 'function',
  around,
});

/** The SDK ends the span: the operation ends then. It sets no status for a tool that the application has aborted. */
function observeEnd(span: Span, live: LiveOperation, dropped: readonly string[]): () => void {
  let end: OperationEnd = { outcome: 'cancelled' };
  const { setAttribute } = span;
  const isKept = (name: string): boolean => name !== 'error.type' && !dropped.includes(name);
  const replaced: Record<string | symbol, unknown> = {
    // The SDK makes the context of its tools itself.
    [COMPANION]: { key: OPERATION, value: live.operation },
    setStatus({ code }: SpanStatus) {
      end = code === SpanStatusCode.ERROR ? { errorType: 'tool_error' } : {};
      return span;
    },
    setAttribute(name: string, value: AttributeValue) {
      if (isKept(name)) setAttribute.call(span, name, value);
      return span;
    },
    end: () => closeOperation(live, end),
  };
  for (const key of Reflect.ownKeys(replaced)) define(span, key, replaced[key]);
  return () => {
    for (const key of Reflect.ownKeys(replaced)) Reflect.deleteProperty(span, key);
  };
}
