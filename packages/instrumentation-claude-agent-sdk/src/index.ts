/**
 * `@llmtrace/instrumentation-claude-agent-sdk`: traces agents of the Claude Agent SDK and the tools that they execute. The SDK has
 * a child process, the CLI of Claude Code, make the model calls, so that the spans of agents have the tokens and the cost.
 */
import module from 'node:module';
import {
  type FunctionPoint,
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  late,
  noModelCalls,
  type Vendor,
} from '@llmtrace/core';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

const entrance = (
  name: string,
  around: FunctionPoint['around'],
  versions: Pick<FunctionPoint, 'since' | 'until'> = {},
): FunctionPoint => ({
  // The main entry, and the one without the peer dependencies (0.3).
  files: /^(?:sdk|core)\.mjs$/,
  name,
  around,
  ...versions,
});

const V2 = { since: '0.1.54', until: '0.3.142' };

const entrances: readonly FunctionPoint[] = [
  entrance('query', (call) => code().query(call)),
  entrance('createSdkMcpServer', (call) => code().createServer(call)),
  entrance('startup', (call) => code().startup(call), { since: '0.2.89' }),
  // In its alpha: it hands over a process of the CLI that may run before the application has a session.
  entrance('prewarm', (call) => code().untraced(call, 'the runs of prewarm()'), { since: '0.3.290' }),
  entrance('unstable_v2_createSession', (call) => code().createSession(call), V2),
  entrance('unstable_v2_resumeSession', (call) => code().resumeSession(call), V2),
  // It opens its session by a function of the module that cannot be replaced.
  entrance('unstable_v2_prompt', (call) => code().untraced(call, 'the run of unstable_v2_prompt()'), V2),
];

const claudeAgentSdk: Vendor = {
  ...noModelCalls,
  provider: 'anthropic',
  module: '@anthropic-ai/claude-agent-sdk',
  extensions: ['.mjs'],
  functions: entrances,
};

/**
 * The instrumentation of the Claude Agent SDK. Make it before the SDK is loaded; it needs the hooks of `@llmtrace/auto`, too.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class ClaudeAgentSdkInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-claude-agent-sdk', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return claudeAgentSdk;
  }
}

export const entry: InstrumentationEntry = {
  name: 'claude-agent-sdk',
  vendor: claudeAgentSdk,
  Instrumentation: ClaudeAgentSdkInstrumentation,
};
