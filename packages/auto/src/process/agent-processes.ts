/** SDKs of agents that start a process of their own, which makes the model calls: none of them is seen here. */
import { subscribe } from 'node:diagnostics_channel';
import { facts, tellKind } from '@llmtrace/core/internal';
import { callersOf, packageNameOf } from './calling-code.ts';
import { isNode, preloadsByEnvironment, type StartedProcess } from './without-flags.ts';

const SDKS = new Set([
  '@anthropic-ai/claude-code', // until version 2, which is a command alone
  '@github/copilot-sdk',
  '@kilocode/sdk',
  '@openai/codex-sdk',
  '@opencode-ai/sdk',
  '@qwen-code/sdk',
  '@sourcegraph/amp-sdk',
]);

/** Warns once of each such SDK, unless named SDKs alone are to be traced. */
export function watchAgentProcesses(): void {
  subscribe('child_process', look);
}

function look(message: unknown): void {
  const sdk = callersOf(look)
    .map(({ file }) => packageNameOf(file))
    .find((name) => SDKS.has(name));
  if (sdk !== undefined) process.nextTick(tell, sdk, (message as { process: StartedProcess }).process);
}

/** @param started has its file a tick later. */
function tell(sdk: string, { spawnfile = '' }: StartedProcess): void {
  const isWanted = facts().instrumentations.some(
    (instrumentation) => instrumentation.tracesAnyClient && instrumentation.isEnabled(),
  );
  // A script of Node.js inherits llmtrace from NODE_OPTIONS, and traces its calls itself.
  const isTraced = isNode(spawnfile) && preloadsByEnvironment();
  if (isWanted && !isTraced) tellKind(`calls that the process of ${sdk} makes`, sdk);
}
