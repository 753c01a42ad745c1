/**
 * `@llmtrace/instrumentation-llamaindex`: traces the runs of LlamaIndex' agent workflows, their agents and their tools. The
 * instrumentations of SDKs and of HTTP clients trace the model calls within them.
 */
import module from 'node:module';
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  late,
  noModelCalls,
  type OperationPoint,
  type PatchedCall,
  type Vendor,
} from '@llmtrace/core';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

const point = (
  className: string,
  method: string,
  around: (call: PatchedCall) => unknown,
  isAlways = false,
): OperationPoint => ({
  files: ['dist/index.js', 'dist/index.cjs'],
  className,
  path: className,
  method,
  around,
  isAlways,
});

const workflow: Vendor = {
  ...noModelCalls,
  module: '@llamaindex/workflow',
  extensions: ['.cjs', '.js'],
  esModules: ['dist/index.js'],
  operations: [
    point('AgentWorkflow', 'setupWorkflowSteps', (call) => code().watchSteps(call)),
    // `run` calls it.
    point('AgentWorkflow', 'runStream', (call) => code().runStream(call)),
    point('AgentWorkflow', 'callTool', (call) => code().callTool(call)),
    point('FunctionAgent', 'takeStep', (call) => code().takeStep(call), true),
  ],
};

/**
 * The instrumentation of `@llamaindex/workflow`. Make it before LlamaIndex is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class LlamaIndexInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-llamaindex', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return workflow;
  }
}

export const entry: InstrumentationEntry = {
  name: 'llamaindex',
  vendor: workflow,
  Instrumentation: LlamaIndexInstrumentation,
};
