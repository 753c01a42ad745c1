/** Tools, as the model calls them; the handoff to another agent is one. */
import { name, type PatchedCall } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { currentRun } from './current-run.ts';

export function callTool({ operations, original, args }: PatchedCall): unknown {
  const [call] = args;
  return operations.trace(
    () => ({
      kind: 'execute_tool',
      name: name(call?.toolName),
      toolType: 'function',
      toolCallId: name(call?.toolId),
      agentName: name(call?.agentName),
      around: currentRun()?.turn?.operation.record.context ?? context.active(),
      arguments: call?.toolKwargs,
    }),
    () => original(...args),
    // LlamaIndex makes an error of the text of the tool's.
    { result: (result) => ({ result }), error: () => ({ errorType: '_OTHER' }) },
  );
}
