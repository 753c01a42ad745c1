/** What the functions of Genkit tell one another by the context of OpenTelemetry. */

import type { OpenOperation } from '@llmtrace/core';
import { type Context, createContextKey } from '@opentelemetry/api';

/** The run of an agent. Genkit repeats `generate` for each turn of a model, which is within the same run. */
export interface AgentRun {
  /** The run, until it has Genkit's span: that of the first `generate`. */
  awaitingSpan: OpenOperation | undefined;
}

/** The request of a model that a tool is executed for. */
export interface ToolRequest {
  readonly name?: unknown;
  readonly ref?: unknown;
  readonly input?: unknown;
}

const RUN = createContextKey('llmtrace.genkit.run');
const PROMPT = createContextKey('llmtrace.genkit.prompt');
const TOOL = createContextKey('llmtrace.genkit.tool');

export const agentRunOf = (active: Context): AgentRun | undefined =>
  active.getValue(RUN) as AgentRun | undefined;
export const promptOf = (active: Context): string | undefined =>
  active.getValue(PROMPT) as string | undefined;
export const toolRequestOf = (active: Context): ToolRequest => (active.getValue(TOOL) ?? {}) as ToolRequest;

export const withAgentRun = (active: Context, run: AgentRun): Context => active.setValue(RUN, run);
export const withPrompt = (active: Context, name: string | undefined): Context =>
  active.setValue(PROMPT, name);
export const withToolRequest = (active: Context, request: ToolRequest): Context =>
  active.setValue(TOOL, request);

/** Code of the application within an operation starts runs of its own. */
export const outsideOfRun = (active: Context): Context =>
  active.deleteValue(RUN).deleteValue(PROMPT).deleteValue(TOOL);
