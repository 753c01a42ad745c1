/** The SDK's agents: their runs are those of `generateText` and `streamText`, which learn the agent's name by the context. */
import { name, type PatchedCall } from '@llmtrace/core';
import { type Context, context, createContextKey } from '@opentelemetry/api';

interface Agent {
  readonly name: string | undefined;
}

const AGENT = createContextKey('llmtrace.ai-sdk.agent');

export const agentOf = (active: Context): Agent | undefined => active.getValue(AGENT) as Agent | undefined;

/** Code within the run may start another one, which is not that agent's. */
export const withoutAgent = (active: Context): Context => active.deleteValue(AGENT);

export function runAgent({ operations, original, self, args }: PatchedCall): unknown {
  const inside = operations.safely(() => context.active().setValue(AGENT, { name: nameOf(self) }));
  return inside ? context.with(inside, () => original(...args)) : original(...args);
}

const nameOf = ({ id, settings }: any): string | undefined => name(id ?? settings?.id ?? settings?.name);
