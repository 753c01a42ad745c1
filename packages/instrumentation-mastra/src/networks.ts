/** The run of an agent network, in the context of the workflow that executes it. */
import type { OpenOperation } from '@llmtrace/core';
import { type Context, context, createContextKey } from '@opentelemetry/api';

const NETWORK = createContextKey('llmtrace.mastra.network');

/** Mastra's id of the workflow that a network is. */
const WORKFLOW = 'agent-loop-main-workflow';

export const withNetwork = <T>(operation: OpenOperation, run: () => T): T =>
  context.with(context.active().setValue(NETWORK, operation), run);

/** The network that a run of a workflow is, if it is that of a network. */
export const networkOf = (workflowId: unknown): OpenOperation | undefined =>
  workflowId === WORKFLOW ? (context.active().getValue(NETWORK) as OpenOperation | undefined) : undefined;

/** Within a network, agents may start another one. */
export const withoutNetwork = (active: Context): Context => active.deleteValue(NETWORK);
