/**
 * `@llmtrace/instrumentation-claude-agent-sdk`: traces agents of the Claude Agent SDK and the tools that they execute. The SDK has
 * a child process, the CLI of Claude Code, make the model calls, so that the spans of agents have the tokens and the cost.
 */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  noModelCalls,
  type Vendor,
} from '@llmtrace/core';
import { entrances } from './entrances.ts';

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
