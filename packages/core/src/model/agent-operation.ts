/**
 * An **operation** around calls: the run of an agent or of a workflow, the execution of a tool, a request of the Model
 * Context Protocol (MCP). The context of each call and operation within it holds it, so that a run counts them and their
 * cost when they end, even if a sampler drops their spans.
 */
import { type Context, createContextKey, type SpanContext, trace } from '@opentelemetry/api';
import type { Call, Server } from './call.ts';

/**
 * The kind of an operation. `invoke_agent`: a model decides which tools run. `invoke_workflow`: the application decides what
 * runs. `execute_tool`: a tool runs in this process. `mcp_client`, `mcp_server`: a request of MCP, sent or answered.
 */
export type OperationKind = 'invoke_agent' | 'invoke_workflow' | 'execute_tool' | 'mcp_client' | 'mcp_server';

/**
 * How an operation ended: as a call does, or `interrupted`: it waits for a person or an event, and another operation
 * resumes it.
 */
export type OperationOutcome = 'completed' | 'failed' | 'cancelled' | 'abandoned' | 'interrupted';

/** A request of MCP, as far as it is known. */
export interface McpRequest {
  readonly method: string;
  readonly requestId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly protocolVersion?: string | undefined;
  readonly promptName?: string | undefined;
  readonly resourceUri?: string | undefined;
  /** `pipe`: stdio; `tcp`: HTTP or WebSocket. */
  readonly transport?: 'pipe' | 'tcp' | undefined;
  readonly protocolName?: 'http' | 'websocket' | undefined;
  /** The server, for a client that knows its URL. */
  readonly server?: Server | undefined;
}

/** The names of an operation that are known when it starts. It has no content. */
export interface OperationSubject {
  readonly kind: OperationKind;
  /** The name of the agent, the workflow or the tool; absent if the framework has none. */
  readonly name?: string | undefined;
  /** The description of the agent or the tool. */
  readonly description?: string | undefined;
  /** The agent that executes a tool. */
  readonly agentName?: string | undefined;
  /** `gen_ai.provider.name` of an agent whose model calls only the framework sees. */
  readonly provider?: string | undefined;
  /** The model of an agent, if the framework allows one only. */
  readonly model?: string | undefined;
  readonly conversationId?: string | undefined;
  /** The id by which the model called a tool. */
  readonly toolCallId?: string | undefined;
  /** Whether a tool runs here, in the framework, or reads stored data. */
  readonly toolType?: 'function' | 'extension' | 'datastore' | undefined;
  readonly mcp?: McpRequest | undefined;
}

/** The sums of a run over all calls and tools within it, including the runs within it. */
export interface RollUp {
  /** Model calls, failed ones included. */
  modelCalls: number;
  toolCalls: number;
  /** Model calls of the run itself, without those of runs within it. */
  ownModelCalls: number;
  ownToolCalls: number;
  inputTokens: number;
  outputTokens: number;
  /** In USD, of the calls whose cost is known. */
  cost: number;
  /** The number of calls with an unknown usage or cost, which the sums do not include. */
  unknownCalls: number;
}

/** The redacted content of a tool's execution. */
export interface ToolContent {
  arguments?: unknown;
  result?: unknown;
  errorMessage?: string | undefined;
}

/** One operation. Observers may read it. */
export interface AgentOperation {
  subject: OperationSubject;
  /** The operation around this one, in the same process. */
  parent: AgentOperation | undefined;
  /** The sums of a run (`invoke_agent`, `invoke_workflow`); absent for other operations. */
  readonly rollUp: RollUp | undefined;
  /** `performance.now()` when it began, in ms. */
  readonly startTime: number;
  /** The time of the last event in it, in ms; the end time of an abandoned operation. */
  activeTime: number;
  endTime: number | undefined;
  outcome: OperationOutcome | undefined;
  /** The error that it ended with. */
  error: unknown;
  /** The protocol's code of the failure; absent: the type is derived from the error. */
  errorType: string | undefined;
  readonly content: ToolContent | undefined;
  /**
   * The usage of the model calls that only the framework sees, one record a model; no span but the operation's stands for
   * them. Known when the operation ends.
   */
  readonly usage?: readonly Call[] | undefined;
  /** Whether spans of another process have the tokens of {@link usage}. */
  readonly hasTokenSpans?: boolean | undefined;
  /** A span to link to, besides the parent. */
  readonly link: SpanContext | undefined;
  /** The OpenTelemetry context for the code within it. */
  context: Context;
}

/** An operation with sums. */
export interface Run extends AgentOperation {
  readonly rollUp: RollUp;
}

/** The context key of the innermost operation. Copies of llmtrace share it: the shape of the record is a contract. */
export const OPERATION = createContextKey('llmtrace.operation');

/** The innermost open operation of a context: by its own key, or by the active span, whichever is within the other. */
export function operationOf(context: Context): AgentOperation | undefined {
  const inContext = firstOpen(context.getValue(OPERATION) as AgentOperation | undefined);
  const onSpan = firstOpen(carriedBy(trace.getSpan(context)));
  return inContext && (!onSpan || isWithin(inContext, onSpan)) ? inContext : onSpan;
}

function isWithin(operation: AgentOperation, outer: AgentOperation): boolean {
  let around: AgentOperation | undefined = operation;
  while (around && around !== outer) around = around.parent;
  return around === outer;
}

const CARRIED = Symbol('operation');

interface Carrier {
  [CARRIED]?: AgentOperation | undefined;
}

/** Has a span carry the operation around it: the contexts that a framework makes of its own spans hold nothing else. */
export function carry(span: object, operation: AgentOperation): void {
  (span as Carrier)[CARRIED] = operation;
}

const carriedBy = (span: object | undefined): AgentOperation | undefined =>
  (span as Carrier | undefined)?.[CARRIED];

/** The open operation around an operation. It drops ended ones between the two, which would otherwise pile up. */
export function parentOf(operation: AgentOperation): AgentOperation | undefined {
  operation.parent = firstOpen(operation.parent);
  return operation.parent;
}

function firstOpen(operation: AgentOperation | undefined): AgentOperation | undefined {
  let candidate = operation;
  while (candidate && candidate.endTime !== undefined) candidate = candidate.parent;
  return candidate;
}

/** The innermost open run among an operation and those around it. */
export function runOf(operation: AgentOperation | undefined): Run | undefined {
  let around = operation;
  while (around && !around.rollUp) around = parentOf(around);
  return around as Run | undefined;
}

/** The open runs around an operation, itself included, the innermost first. */
export function runsOf(operation: AgentOperation | undefined): Run[] {
  const runs: Run[] = [];
  for (let run = runOf(operation); run; run = runOf(parentOf(run))) runs.push(run);
  return runs;
}

/** Whether an operation is the execution of a tool, or an MCP request for one. */
export const isToolCall = ({ kind, mcp }: OperationSubject): boolean =>
  kind === 'execute_tool' || (kind === 'mcp_client' && mcp?.method === 'tools/call');
