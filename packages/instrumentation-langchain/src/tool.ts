/** Tools. `invoke`, all classes of tools and the nodes that execute tools go through `call` of this class. */
import { fields, name, type OperationEnd, type OperationStart, type PatchedCall } from '@llmtrace/core';
import { endsBySignal } from './interrupts.ts';

/** LangChain passes a call by the model as an object with its id and arguments; otherwise the input is the arguments. */
const isToolCall = (input: unknown): boolean => fields(input).type === 'tool_call';

function startOf(tool: any, input: unknown, config: unknown): OperationStart {
  const call = isToolCall(input) ? input : fields(config).toolCall;
  return {
    kind: 'execute_tool',
    name: name(tool.name),
    toolType: 'function',
    toolCallId: name(fields(call).id),
    agentName: name(fields(config).metadata?.lc_agent_name),
    arguments: isToolCall(input) ? fields(input).args : input,
  };
}

/** The result of a call by the model is a message, whose status may be an error. */
function endOf(result: unknown): OperationEnd {
  const { lc_direct_tool_output: isMessage, content, status } = fields(result);
  if (isMessage !== true || content === undefined) return { result };
  return status === 'error' ? { result: content, errorType: 'tool_error' } : { result: content };
}

export function runTool({ operations, original, self, args }: PatchedCall): unknown {
  const [input, config] = args;
  return operations.trace(
    () => startOf(self, input, config),
    () => original(...args),
    { result: endOf, ...endsBySignal(config) },
  );
}
