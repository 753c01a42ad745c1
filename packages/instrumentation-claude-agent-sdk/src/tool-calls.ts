/** The tools that a session executes: a tool begins with the assistant's message that calls it, and ends with its result. */
import {
  fields,
  name,
  type OpenOperation,
  type OperationEnd,
  type Operations,
  objects,
} from '@llmtrace/core';

/** The tools of a session to know; beyond it, the oldest ones are forgotten. */
const MAX_TOOLS = 1000;

interface ToolCall {
  readonly operation: OpenOperation;
  /** The agent that the tool runs, if it runs one. */
  readonly agent: string | undefined;
}

/** Where a tool is called. */
interface Place {
  /** The id of the call of the tool that runs the agent which calls this one. */
  readonly parent?: unknown;
  /** The turn. */
  readonly around: OpenOperation | undefined;
  /** Whose garbage collection ends the tool. */
  readonly iterator?: object | undefined;
}

export class Tools {
  readonly #operations: Operations;
  readonly #servers: unknown;
  readonly #calls = new Map<string, ToolCall>();

  /** @param servers the application's MCP servers, by name. */
  constructor(operations: Operations, servers: unknown) {
    this.#operations = operations;
    this.#servers = servers;
  }

  /** Begins the tools that a message of the assistant calls. */
  start(message: unknown, place: Place): void {
    for (const block of objects(fields(message).content))
      if (block.type === 'tool_use') this.call(block, place);
  }

  /** The call of a tool, which begins where it is unknown. */
  call({ id, name: tool, input }: any, place: Place): OpenOperation | undefined {
    const toolCallId = name(id);
    if (toolCallId === undefined) return undefined;
    const known = this.#calls.get(toolCallId)?.operation;
    if (known) return known;
    const parent = typeof place.parent === 'string' ? this.#calls.get(place.parent) : undefined;
    const operation = this.#operations.open(() => ({
      kind: 'execute_tool',
      name: name(tool),
      toolCallId,
      toolType: this.#isHere(tool) ? 'function' : 'extension',
      agentName: parent?.agent,
      around: (parent?.operation ?? place.around)?.record.context,
      arguments: input,
    }));
    if (!operation) return undefined;
    if (place.iterator) operation.endWithout(place.iterator);
    this.#add(toolCallId, { operation, agent: name(fields(input).subagent_type) });
    return operation;
  }

  #add(id: string, call: ToolCall): void {
    const [oldest] = this.#calls.keys();
    if (this.#calls.size >= MAX_TOOLS && oldest !== undefined) {
      this.#calls.get(oldest)?.operation.end({ outcome: 'abandoned' });
      this.#calls.delete(oldest);
    }
    this.#calls.set(id, call);
  }

  /** Whether a tool runs in this process. */
  #isHere(tool: unknown): boolean {
    const [prefix, server = ''] = String(tool).split('__');
    return prefix === 'mcp' && fields(fields(this.#servers)[server]).type === 'sdk';
  }

  /** Ends the tools whose results a message has. */
  results(message: unknown): void {
    for (const { type, tool_use_id: id, is_error, content } of objects(fields(message).content))
      if (type === 'tool_result')
        this.#calls
          .get(id)
          ?.operation.end({ result: content, ...(is_error === true && { errorType: 'tool_error' }) });
  }

  /** Ends the tools that are open. Their results will not come. */
  close(end: OperationEnd): void {
    for (const { operation } of this.#calls.values()) operation.end(end);
    this.#calls.clear();
  }
}
