/**
 * An **operation** is what happens around calls: the run of an agent or of a workflow, the execution of a tool, a request of
 * the Model Context Protocol (MCP). Calls and operations within it have it in their context, so that a run counts them and
 * their cost as they end, whichever of their spans a sampler keeps.
 */
import { type Context, createContextKey, type SpanContext } from '@opentelemetry/api';
import type { Server } from './call.ts';

/**
 * What an operation is. `invoke_agent`: a model decides which tools run. `invoke_workflow`: the application decides what
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

/** What an operation is about, as far as it is known when it starts. Names alone, never content. */
export interface OperationSubject {
  readonly kind: OperationKind;
  /** Of the agent, the workflow or the tool; absent where the framework has none. */
  readonly name?: string | undefined;
  /** Of an agent or a tool. */
  readonly description?: string | undefined;
  /** The agent that executes a tool. */
  readonly agentName?: string | undefined;
  /** The model of an agent, where the framework allows one only. */
  readonly model?: string | undefined;
  readonly conversationId?: string | undefined;
  /** The id by which the model called a tool. */
  readonly toolCallId?: string | undefined;
  /** Whether a tool runs here, in the framework, or reads stored data. */
  readonly toolType?: 'function' | 'extension' | 'datastore' | undefined;
  readonly mcp?: McpRequest | undefined;
}

/** The sums of a run: of all calls and tools within it, runs within it included. */
export interface RollUp {
  /** Model calls, failed ones included. */
  modelCalls: number;
  toolCalls: number;
  /** Those of the run itself, without those of runs within it. */
  ownModelCalls: number;
  ownToolCalls: number;
  inputTokens: number;
  outputTokens: number;
  /** In USD, of the calls whose cost is known. */
  cost: number;
  /** How many calls have an unknown usage or cost, which the sums lack. */
  unknownCalls: number;
}

/** The content of a tool's execution, redacted, where content is recorded. */
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
  /** The last time that something happened in it: where an abandoned operation is taken to have ended, in ms. */
  activeTime: number;
  endTime: number | undefined;
  outcome: OperationOutcome | undefined;
  /** The error that it ended with. */
  error: unknown;
  /** The protocol's code of the failure, where it has one; else it is read of the error. */
  errorType: string | undefined;
  readonly content: ToolContent | undefined;
  /** Another span that it belongs to, besides its parent. */
  readonly link: SpanContext | undefined;
  /** The OpenTelemetry context of what runs in it. */
  context: Context;
}

/** The context's key of its innermost operation. Copies of llmtrace share it: the shape of the record is a contract. */
export const OPERATION = createContextKey('llmtrace.operation');

/** The innermost operation of a context that has not ended. */
export const operationOf = (context: Context): AgentOperation | undefined =>
  openOne(context.getValue(OPERATION) as AgentOperation | undefined);

/** The operation around an operation that has not ended. Ended ones between them are dropped, or a chain would grow. */
export function parentOf(operation: AgentOperation): AgentOperation | undefined {
  operation.parent = openOne(operation.parent);
  return operation.parent;
}

function openOne(operation: AgentOperation | undefined): AgentOperation | undefined {
  let one = operation;
  while (one && one.endTime !== undefined) one = one.parent;
  return one;
}

/** The runs around and including an operation that have not ended, the innermost one first. */
export function runsOf(operation: AgentOperation | undefined): AgentOperation[] {
  const runs: AgentOperation[] = [];
  for (let one = operation; one; one = parentOf(one)) if (one.rollUp) runs.push(one);
  return runs;
}

/** Whether an operation is the execution of a tool; an MCP request that calls one is, where nothing around it is. */
export const isToolCall = ({ kind, mcp }: OperationSubject): boolean =>
  kind === 'execute_tool' || (kind === 'mcp_client' && mcp?.method === 'tools/call');
