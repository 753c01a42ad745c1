/** The SDK's agents: their runs are those of `generateText` and `streamText`, which learn the agent's name by the context. */
import { name, type OperationPoint } from '@llmtrace/core';
import { type Context, context, createContextKey } from '@opentelemetry/api';

interface Agent {
  readonly name: string | undefined;
}

const AGENT = createContextKey('llmtrace.ai-sdk.agent');

export const agentOf = (active: Context): Agent | undefined => active.getValue(AGENT) as Agent | undefined;

/** Code within the run may start another one, which is not that agent's. */
export const withoutAgent = (active: Context): Context => active.deleteValue(AGENT);

const point = (className: string, method: string, until?: string): OperationPoint => ({
  files: ['dist/index.js', 'dist/index.mjs'],
  className,
  path: 'Experimental_Agent',
  method,
  since: '5.0.0',
  ...(until !== undefined && { until }),
  around({ operations, original, self, args }) {
    const inside = operations.safely(() => context.active().setValue(AGENT, { name: nameOf(self) }));
    return inside ? context.with(inside, () => original(...args)) : original(...args);
  },
});

const nameOf = ({ id, settings }: any): string | undefined => name(id ?? settings?.id ?? settings?.name);

/** Both classes are exported as `Experimental_Agent`; announced files of ES modules have the class by its own name. */
export const agentPoints: readonly OperationPoint[] = ['generate', 'stream'].flatMap((method) => [
  point('ToolLoopAgent', method),
  point('Agent', method, '6.0.0'),
]);
