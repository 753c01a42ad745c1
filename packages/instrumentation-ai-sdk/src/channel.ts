/**
 * The AI SDK 7 publishes what it does on a tracing channel, whatever its telemetry is set to, unless that is switched off for a
 * call. It does so where it is bundled, too. Where an integration of `@ai-sdk/otel` is registered, that makes the spans.
 */
import {
  fields,
  name,
  type OpenOperation,
  type OperationEnd,
  type Operations,
  type OtherModelSpan,
  type PatchedCall,
} from '@llmtrace/core';
import { type Context, context, createContextKey, type Span } from '@opentelemetry/api';
import { CANCELLED, isAgent, isSentNowhere, runStart, toolEnd } from './run.ts';

const open = new WeakMap<object, OpenOperation>();

/** The run around. */
const RUN = createContextKey('llmtrace.ai-sdk.run');

/** The id of the call of the tool around. */
const TOOL_CALL = createContextKey('llmtrace.ai-sdk.tool-call');

export function start({ operations, args: [message] }: PatchedCall): Context | undefined {
  const { type, event } = message;
  if (type === 'languageModelCall') asked.set(message, operations.watchUnseen());
  if (!operations.tracesAgents) return undefined;
  if (type === 'languageModelCall') adoptRun(event);
  if (type === 'embed' || type === 'embedMany') return besideEmbeddings(operations, message);
  const operation = operationFor(operations, message);
  if (!operation) return undefined;
  open.set(message, operation);
  // A stream that the application leaves, or never reads, has no end.
  if (type === 'streamText') operation.endWithout(message);
  const inside = operation.record.context;
  return type === 'executeTool'
    ? inside.setValue(TOOL_CALL, operation.record.subject.toolCallId)
    : inside.setValue(RUN, operation);
}

/** What warns of a call of a model whose request is not seen. */
const asked = new WeakMap<object, () => void>();

function tellUnseen(message: any): void {
  if (message.error === undefined && isSentNowhere(message.result)) asked.get(message)?.();
}

function operationFor(operations: Operations, { type, event }: any): OpenOperation | undefined {
  if (type === 'executeTool') return startTool(operations, event);
  if (type !== 'generateText' && type !== 'streamText') return undefined;
  const hasOtherSpan = spanMakers().length > 0; // which is an `invoke_agent` in any case
  // Which tools there are is not published where the application keeps its inputs out of telemetry.
  const isRun = isAgent(event.tools) || isSentByAgent(event) || event.recordInputs === false;
  if (!isRun && !hasOtherSpan) return undefined;
  return operations.open(() => runStart(event.functionId, context.active(), hasOtherSpan));
}

/** An agent, which names itself to the model's provider: its class is not found where it is bundled. */
const isSentByAgent = ({ headers }: any): boolean =>
  /\bai-sdk-agent\//.test(String(fields(headers)['user-agent']));

/** An integration of `@ai-sdk/otel`. */
interface SpanMaker {
  getCallState(callId: unknown): unknown;
}

/**
 * Those that are registered for all calls by `registerTelemetry`; that of one call is not published. Other integrations make no
 * spans of OpenTelemetry (Sentry's, the SDK's devtools, an application's log), or are beside llmtrace's.
 */
function spanMakers(): SpanMaker[] {
  const registered = Reflect.get(globalThis, 'AI_SDK_TELEMETRY_INTEGRATIONS');
  return Array.isArray(registered) ? registered.flatMap(spanMakersOf) : [];
}

/** Langfuse's integration has one of `@ai-sdk/otel` in a property. */
const spanMakersOf = (integration: unknown): SpanMaker[] =>
  [integration, ...Object.values(fields(integration))].filter(isSpanMaker);

const isSpanMaker = (value: unknown): value is SpanMaker => typeof fields(value).getCallState === 'function';

/**
 * `@ai-sdk/otel` makes the span of a run once the run has begun, and keeps it by the id of the call. That of a stream is made outside
 * of the run's context, from which it makes those of the model calls.
 */
function adoptRun({ callId }: any): void {
  const run = context.active().getValue(RUN) as OpenOperation | undefined;
  if (!run) return;
  for (const { rootSpan, stepSpan, inferenceSpan } of callStates(callId)) {
    if (typeof rootSpan?.isRecording === 'function') run.adopt(rootSpan as Span);
    run.bindTo(inferenceSpan ?? stepSpan);
  }
}

/** `@ai-sdk/otel` does not make its spans of embeddings the active ones. */
function besideEmbeddings(operations: Operations, { type, event }: any): Context | undefined {
  if (spanMakers().length === 0) return undefined;
  const spans = (): OtherModelSpan[] => embeddingSpans(event.callId, type === 'embed');
  return operations.besideSpans(spans, () => context.active());
}

/** @param isOne whether there is one request at a time. The spans of attempts that have failed are open, too, until the end. */
function embeddingSpans(callId: unknown, isOne: boolean): OtherModelSpan[] {
  const found = callStates(callId).flatMap(({ embedSpans }) => [...(embedSpans?.values?.() ?? [])]);
  const possible = isOne ? found.slice(-1) : found;
  return possible.map(({ span }) => ({ library: '@ai-sdk/otel', span, isShared: possible.length > 1 }));
}

const callStates = (callId: unknown): any[] =>
  spanMakers().map((maker) => fields(maker.getCallState(callId)));

function startTool(operations: Operations, { callId, toolCall }: any): OpenOperation | undefined {
  const toolCallId = name(toolCall?.toolCallId);
  // Sentry's integration publishes a tool that it has not seen, within what the SDK publishes.
  if (toolCallId !== undefined && context.active().getValue(TOOL_CALL) === toolCallId) return undefined;
  const hasOtherSpan = spanMakers().length > 0;
  const operation = operations.open(() => ({
    kind: 'execute_tool',
    name: name(toolCall?.toolName),
    toolType: 'function',
    toolCallId,
    hasOtherSpan,
    arguments: toolCall?.input,
  }));
  // The integration makes its span within this turn, and the SDK executes the tool in a later one. Fake timers of an
  // application's tests replace `queueMicrotask`, and no promise.
  if (operation && hasOtherSpan)
    void Promise.resolve().then(() => operations.safely(() => bindTool(operation, callId)));
  return operation;
}

function bindTool(tool: OpenOperation, callId: unknown): void {
  for (const { toolSpans } of callStates(callId))
    tool.bindTo(fields(toolSpans?.get?.(tool.record.subject.toolCallId)).span);
}

function endOf({ type, error, result }: any): OperationEnd {
  if (error !== undefined) return fields(error).name === 'AbortError' ? CANCELLED : { error };
  if (type !== 'executeTool') return {};
  const { output } = fields(result);
  return toolEnd(output) ?? { result: fields(output).output };
}

export function end({ operations, args: [message] }: PatchedCall): void {
  operations.safely(() => tellUnseen(message));
  operations.safely(() => open.get(message)?.end(endOf(message)));
}
