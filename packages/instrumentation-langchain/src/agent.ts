/** The agents of `createAgent`: their runs are runs of their graphs, which this marks as agents. */
import type { OperationPoint } from '@llmtrace/core';
import { noteAgent } from './graph.ts';

const point = (method: string): OperationPoint => ({
  files: ['dist/agents/ReactAgent.js', 'dist/agents/ReactAgent.cjs'],
  className: 'ReactAgent',
  path: 'ReactAgent',
  isInternal: true,
  method,
  around({ operations, original, self, args }) {
    operations.safely(() => noteAgent(self.graph));
    return original(...args);
  },
});

export const agentPoints: readonly OperationPoint[] = ['invoke', 'stream', 'streamEvents'].map(point);
