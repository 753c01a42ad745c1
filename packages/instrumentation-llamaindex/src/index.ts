/**
 * `@llmtrace/instrumentation-llamaindex`: traces the runs of LlamaIndex' agent workflows, their agents and their tools. The
 * instrumentations of SDKs and of HTTP clients trace the model calls within them.
 */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  noModelCalls,
  type OperationPoint,
  type PatchedCall,
  type Vendor,
} from '@llmtrace/core';
import { takeStep } from './agents.ts';
import { runStream, watchSteps } from './runs.ts';
import { callTool } from './tools.ts';

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
    point('AgentWorkflow', 'setupWorkflowSteps', watchSteps),
    // `run` calls it.
    point('AgentWorkflow', 'runStream', runStream),
    point('AgentWorkflow', 'callTool', callTool),
    point('FunctionAgent', 'takeStep', takeStep, true),
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
