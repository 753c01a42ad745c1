/** All names on the spans and metrics of operations: those of the GenAI conventions 0.1.0, and `llmtrace.*`. */
import { type Attributes, SpanKind } from '@opentelemetry/api';
import { errorType as callErrorType, exceptionOf } from '../errors/index.ts';
import { isRefusal } from '../errors/llmtrace-error.ts';
import type {
  AgentOperation,
  McpRequest,
  OperationKind,
  OperationSubject,
  RollUp,
} from '../model/agent-operation.ts';
import type { AgentUsage } from './conventions.ts';
import { defined } from './defined.ts';

const KINDS: Readonly<Record<OperationKind, SpanKind>> = {
  invoke_agent: SpanKind.INTERNAL,
  invoke_workflow: SpanKind.INTERNAL,
  execute_tool: SpanKind.INTERNAL,
  mcp_client: SpanKind.CLIENT,
  mcp_server: SpanKind.SERVER,
};

export const spanKindOf = ({ kind }: OperationSubject): SpanKind => KINDS[kind];

/** `invoke_agent weather`, `execute_tool forecast`, `tools/call forecast`; never the URI of a resource or an argument. */
export function operationSpanName({ kind, name, mcp }: OperationSubject): string {
  const what = mcp ? mcp.method : kind;
  const named = mcp ? (name ?? mcp.promptName) : name;
  return named ? `${what} ${named}` : what;
}

/** Adds the attributes that are known when an operation starts, so that samplers can use them. */
export function addStartAttributes(to: Attributes, subject: OperationSubject): void {
  const { kind, conversationId, mcp } = subject;
  if (kind === 'invoke_agent' || kind === 'invoke_workflow') addRunAttributes(to, subject);
  else addNames(to, subject);
  if (conversationId) to['gen_ai.conversation.id'] = conversationId;
  if (subject.toolType) to['gen_ai.tool.type'] = subject.toolType;
  if (subject.toolCallId) to['gen_ai.tool.call.id'] = subject.toolCallId;
  if (mcp) Object.assign(to, mcpAttributes(mcp, kind));
}

/** Those of a tool, or of a request of MCP. */
function addNames(to: Attributes, { kind, name, description, agentName }: OperationSubject): void {
  if (agentName) to['gen_ai.agent.name'] = agentName;
  if (name) to['gen_ai.tool.name'] = name;
  if (kind !== 'execute_tool') return;
  to['gen_ai.operation.name'] = kind;
  if (description) to['gen_ai.tool.description'] = description;
}

function addRunAttributes(
  to: Attributes,
  { kind, name, description, provider, model }: OperationSubject,
): void {
  to['gen_ai.operation.name'] = kind;
  if (provider) to['gen_ai.provider.name'] = provider;
  if (name) to['gen_ai.agent.name'] = name;
  if (description) to['gen_ai.agent.description'] = description;
  if (model) to['gen_ai.request.model'] = model;
}

/** https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md */
export function mcpAttributes(mcp: McpRequest, kind?: OperationKind): Attributes {
  return defined({
    'gen_ai.operation.name': mcp.method === 'tools/call' ? 'execute_tool' : undefined,
    'mcp.method.name': mcp.method,
    'mcp.session.id': mcp.sessionId,
    'mcp.protocol.version': mcp.protocolVersion,
    'mcp.resource.uri': mcp.resourceUri,
    'gen_ai.prompt.name': mcp.promptName,
    'jsonrpc.request.id': mcp.requestId,
    'network.transport': mcp.transport,
    'network.protocol.name': mcp.protocolName,
    'server.address': kind === 'mcp_server' ? undefined : mcp.server?.address,
    'server.port': kind === 'mcp_server' ? undefined : mcp.server?.port,
  });
}

/** The attributes that the end of an operation adds to its span. */
export function operationEndAttributes(operation: AgentOperation, usage: AgentUsage): Attributes {
  const { outcome, subject, rollUp } = operation;
  const ended: Attributes = rollUp
    ? { ...rollUpAttributes(operation), ...usageAttributes(rollUp, usage) }
    : {};
  if (subject.conversationId) ended['gen_ai.conversation.id'] = subject.conversationId;
  if (outcome !== 'completed' && outcome !== undefined) ended['llmtrace.agent.outcome'] = outcome;
  const type = operationErrorType(operation);
  if (type !== undefined) ended['error.type'] = type;
  if (subject.mcp && isCode(operation.errorType)) ended['rpc.response.status_code'] = operation.errorType;
  return ended;
}

/** Whether an error type is a code of JSON-RPC: those are numbers. (`tool_error` is the conventions' type.) */
const isCode = (type: string | undefined): type is string => type !== undefined && /^-?\d+$/.test(type);

/** Without a cost if the cost of one call is unknown: readers would take the sum for the whole cost. */
function rollUpAttributes({ rollUp }: AgentOperation): Attributes {
  if (!rollUp) return {};
  const { modelCalls, toolCalls, inputTokens, outputTokens, cost, unknownCalls } = rollUp;
  return {
    'llmtrace.agent.model_calls': modelCalls,
    'llmtrace.agent.tool_calls': toolCalls,
    'llmtrace.agent.input_tokens': inputTokens,
    'llmtrace.agent.output_tokens': outputTokens,
    ...(unknownCalls === 0 ? { 'llmtrace.agent.cost': cost } : { 'llmtrace.agent.partial': true }),
  };
}

/** What the span of a framework gets, where that stands for the operation: the sums of a run, the MCP request of a tool. */
export const adoptedAttributes = (operation: AgentOperation): Attributes => ({
  ...rollUpAttributes(operation),
  ...(operation.subject.mcp && mcpAttributes(operation.subject.mcp, operation.subject.kind)),
});

const usageAttributes = ({ inputTokens, outputTokens }: RollUp, usage: AgentUsage): Attributes =>
  usage === 'conventions'
    ? { 'gen_ai.usage.input_tokens': inputTokens, 'gen_ai.usage.output_tokens': outputTokens }
    : {};

/**
 * `error.type`: the protocol's code, else the type of a call's error, else the class of the error, which the application
 * may define; undefined if there was no error.
 */
export function operationErrorType({ error, errorType, outcome }: AgentOperation): string | undefined {
  if (outcome === 'interrupted') return undefined;
  if (errorType !== undefined) return errorType;
  if (error === undefined) return undefined;
  const known = callErrorType(error);
  if (known !== '_OTHER' || isRefusal(error)) return known;
  const { type } = exceptionOf(error, '');
  return type === 'Error' ? '_OTHER' : type;
}
