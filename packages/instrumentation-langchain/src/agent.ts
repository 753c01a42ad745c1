/** The agents of `createAgent`: their runs are runs of their graphs, which this marks as agents. */
import type { PatchedCall } from '@llmtrace/core';
import { noteAgent } from './graph.ts';

export function runAgent({ operations, original, self, args }: PatchedCall): unknown {
  operations.safely(() => noteAgent(self.graph));
  return original(...args);
}
