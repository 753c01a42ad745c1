/** Tools, as an agent executes them and as the application calls them (`agent.tool.weather.invoke()`). */
import {
  fields,
  name,
  type OperationEnd,
  type OperationStart,
  type PatchedCall,
  traceSteps,
} from '@llmtrace/core';
import { hasOtherSpans } from './spans.ts';

/** A method of the executor, whose options have the agent. */
export const executeTool = (call: PatchedCall): unknown => {
  const [options, , use] = call.args;
  return traced(call, fields(options).agent, use, hasOtherSpans(call.operations));
};

/** The agent's method until 1.10. */
export const executeToolOfAgent = (call: PatchedCall): unknown =>
  traced(call, call.self, call.args[1], hasOtherSpans(call.operations));

/** The agent's method until 1.10, which also runs the hooks. From 1.5 on it calls the one above. */
export const executeToolWithHooks = (call: PatchedCall): unknown =>
  call.self._executeToolCore === undefined
    ? traced(call, call.self, call.args[0], hasOtherSpans(call.operations))
    : call.original(...call.args);

/** Strands makes no span of it. */
export const callTool = (call: PatchedCall): unknown => {
  const { toolUse, agent } = fields(call.args[1]);
  return traced(call, agent, toolUse, false);
};

const traced = (call: PatchedCall, agent: unknown, use: unknown, hasOtherSpan: boolean): unknown =>
  traceSteps(
    call,
    () => ({ ...startOf(fields(use)), agentName: name(fields(agent).name), hasOtherSpan }),
    () => ({ returned: endOf, error: (error) => (isInterrupt(error) ? { outcome: 'interrupted' } : {}) }),
  );

const startOf = (use: Record<string, unknown>): OperationStart => ({
  kind: 'execute_tool',
  name: name(use['name']),
  toolType: 'function',
  toolCallId: name(use['toolUseId']),
  arguments: use['input'],
});

/** Strands hands the error of a tool to the model. */
function endOf(block: unknown): OperationEnd {
  const { status, error, content } = fields(block);
  if (status !== 'error') return { result: content };
  return error === undefined ? { errorType: 'tool_error', result: content } : { error, result: content };
}

const isInterrupt = (error: unknown): boolean => fields(error).name === 'InterruptError';
