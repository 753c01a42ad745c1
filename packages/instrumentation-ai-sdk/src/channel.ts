/**
 * The AI SDK 7 publishes what it does on a tracing channel, whatever its telemetry is set to, unless that is switched off for a
 * call. It does so where it is bundled, too.
 */
import {
  type ChannelPoint,
  fields,
  name,
  type OpenOperation,
  type OperationEnd,
  type Operations,
} from '@llmtrace/core';
import { CANCELLED, isAgent, runStart } from './run.ts';

const CHANNEL = 'ai:telemetry';

const open = new WeakMap<object, OpenOperation>();

function start(operations: Operations, { type, event }: any): OpenOperation | undefined {
  if (type === 'executeTool') return startTool(operations, event);
  if (type !== 'generateText' && type !== 'streamText') return undefined;
  // Which tools there are is not published where the application keeps its inputs out of telemetry.
  if (!isAgent(event.tools) && event.recordInputs !== false) return undefined;
  return operations.open(() => runStart(event.functionId));
}

const startTool = (operations: Operations, { toolCall }: any): OpenOperation | undefined =>
  operations.open(() => ({
    kind: 'execute_tool',
    name: name(toolCall?.toolName),
    toolType: 'function',
    toolCallId: name(toolCall?.toolCallId),
    arguments: toolCall?.input,
  }));

function endOf({ type, error, result }: any): OperationEnd {
  if (error !== undefined) return fields(error).name === 'AbortError' ? CANCELLED : { error };
  if (type !== 'executeTool') return {};
  const { output } = fields(result);
  // An error of a tool is handed to the model.
  if (fields(output).type === 'tool-error') return { error: fields(output).error, errorType: typeOf(output) };
  return { result: fields(output).output };
}

/** What a tool throws need not be an error. */
const typeOf = (output: unknown): string | undefined =>
  fields(output).error instanceof Error ? undefined : '_OTHER';

export const channelPoints: readonly ChannelPoint[] = [
  {
    channel: CHANNEL,
    method: 'start',
    around({ operations, args: [message] }) {
      const operation = start(operations, message);
      if (!operation) return undefined;
      open.set(message, operation);
      // A stream that the application leaves, or never reads, has no end.
      if (message.type === 'streamText') operation.endWithout(message);
      return operation.record.context;
    },
  },
  {
    channel: CHANNEL,
    method: 'asyncEnd',
    around({ operations, args: [message] }) {
      operations.safely(() => open.get(message)?.end(endOf(message)));
    },
  },
];
