/** The agent whose method runs, in the context. */
import { type Context, context, createContextKey } from '@opentelemetry/api';

const AGENT = createContextKey('llmtrace.mastra.agent');

/** Whether the agent's method is called by another method of the same agent, whose run it is. */
export const isDelegated = (agent: unknown): boolean => context.active().getValue(AGENT) === wrappedBy(agent);

export const withAgent = <T>(agent: unknown, run: () => T): T =>
  context.with(context.active().setValue(AGENT, wrappedBy(agent)), run);

/** A durable agent and the agent that it wraps are one. */
const wrappedBy = (agent: any): unknown => agent.agent ?? agent;

/** Whether Mastra calls an agent on behalf of another one. */
export const isCalledByAgent = (): boolean => context.active().getValue(AGENT) !== undefined;

/**
 * The context of a tool. What the application's tool calls is the application's: it may run the same agent again. The tools
 * that Mastra makes of an agent's agents call those for the agent.
 */
export const forTool = (active: Context, key: string, tool: object): Context =>
  key.startsWith('agent-') ? active.setValue(AGENT, tool) : active.deleteValue(AGENT);
