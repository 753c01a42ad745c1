/** A line in the application's log when the run of an agent, a tool or a request of MCP ends. Never any content. */
import type { AgentOperation, OperationKind } from '../../model/agent-operation.ts';
import { operationErrorType } from '../operation-attributes.ts';
import type { Fields } from './adapters.ts';

const NAMES: Readonly<Record<OperationKind, string>> = {
  invoke_agent: 'agent run',
  invoke_workflow: 'workflow run',
  execute_tool: 'tool call',
  mcp_client: 'mcp request',
  mcp_server: 'mcp request served',
};

export const operationMessage = ({ subject, outcome }: AgentOperation): string =>
  `${NAMES[subject.kind]} ${outcome}`;

export const operationFields = (operation: AgentOperation): Record<string, unknown> => ({
  ...subjectFields(operation),
  ...sums(operation),
  error_type: operationErrorType(operation),
});

function subjectFields({ subject }: AgentOperation): Fields {
  const { kind, name, agentName, conversationId, toolCallId, mcp } = subject;
  const isRun = kind === 'invoke_agent' || kind === 'invoke_workflow';
  return {
    agent: isRun ? name : agentName,
    tool: isRun ? undefined : name,
    tool_call_id: toolCallId,
    conversation_id: conversationId,
    mcp_method: mcp?.method,
  };
}

function sums({ rollUp }: AgentOperation): Fields {
  if (!rollUp) return {};
  return {
    model_calls: rollUp.modelCalls,
    tool_calls: rollUp.toolCalls,
    input_tokens: rollUp.inputTokens,
    output_tokens: rollUp.outputTokens,
    cost_usd: rollUp.unknownCalls === 0 ? rollUp.cost : undefined,
    unknown_calls: rollUp.unknownCalls || undefined,
  };
}
