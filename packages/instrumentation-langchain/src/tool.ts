/** Tools. `call` of this class is beneath `invoke`, beneath all classes of tools and the nodes that execute them. */
import { fields, name, type OperationEnd, type OperationPoint, type OperationStart } from '@llmtrace/core';
import { endsBySignal } from './interrupts.ts';

/** A call by the model is an object of its own, as which LangChain hands it on; else the arguments are the input. */
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

/** The answer to a call by the model is a message for it; a tool may say there that it failed. */
function endOf(result: unknown): OperationEnd {
  const { lc_direct_tool_output: isMessage, content, status } = fields(result);
  if (isMessage !== true || content === undefined) return { result };
  return status === 'error' ? { result: content, errorType: 'tool_error' } : { result: content };
}

export const toolPoint: OperationPoint = {
  files: ['dist/tools/index.js', 'dist/tools/index.cjs'],
  className: 'StructuredTool',
  path: 'StructuredTool',
  isInternal: true,
  method: 'call',
  around({ operations, original, self, args }) {
    const [input, config] = args;
    return operations.trace(
      () => startOf(self, input, config),
      () => original(...args),
      { result: endOf, ...endsBySignal(config) },
    );
  },
};
