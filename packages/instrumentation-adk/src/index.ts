/**
 * `@llmtrace/instrumentation-adk`: traces agents, workflows and tools of Google ADK (`@google/adk`). The instrumentations of the SDKs
 * beneath its models, as that of `@google/genai`, trace the model calls within them.
 */
import module from 'node:module';
import {
  type FunctionPoint,
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  late,
  noModelCalls,
  type OperationPoint,
  type Vendor,
} from '@llmtrace/core';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

type More = Partial<Pick<OperationPoint, 'isAlways' | 'since'>>;

const point = (
  file: string,
  className: string,
  method: string,
  around: OperationPoint['around'],
  more: More = {},
): OperationPoint => ({
  files: [`dist/esm/${file}.js`, `dist/cjs/${file}.js`],
  className,
  path: className,
  isInternal: true,
  method,
  around,
  ...more,
});

/** ADK's spans of model calls become those of llmtrace's calls where agents are not traced, too. */
const always = { isAlways: true };

const operations: readonly OperationPoint[] = [
  point('agents/base_agent', 'BaseAgent', 'runAsync', (call) => code().runAgent(call)),
  point('agents/base_agent', 'BaseAgent', 'runLive', (call) => code().runAgent(call)),
  // The first method that ADK calls within its span of a run.
  point('agents/base_agent', 'BaseAgent', 'createInvocationContext', (call) => code().adoptAgentSpan(call)),
  point('agents/llm_agent', 'LlmAgent', 'runOneStepAsync', (call) => code().runStep(call), always),
  point('agents/llm_agent', 'LlmAgent', 'callLlmAsync', (call) => code().takeModelSpan(call), always),
  point(
    'agents/invocation_context',
    'InvocationContext',
    'incrementLlmCallCount',
    (call) => code().countRequest(call),
    always,
  ),
  point('tools/function_tool', 'FunctionTool', 'runAsync', (call) => code().runTool(call)),
  point('tools/agent_tool', 'AgentTool', 'runAsync', (call) => code().runTool(call)),
  point('tools/mcp/mcp_tool', 'MCPTool', 'runAsync', (call) => code().runTool(call)),
  point('workflow/workflow', 'Workflow', 'runImpl', (call) => code().runWorkflow(call), { since: '2.0' }),
  point('workflow/workflow', 'Workflow', 'orchestrate', (call) => code().adoptWorkflowSpan(call), {
    since: '2.0',
  }),
];

/** Each tool has a class of its own, which may be the application's: ADK calls all of them by this function. */
const callTool: FunctionPoint = {
  files: /^dist\/(?:cjs|esm)\/agents\/functions\.js$/,
  name: 'callToolAsync',
  around: (call) => code().callTool(call),
};

const adk: Vendor = {
  ...noModelCalls,
  module: '@google/adk',
  extensions: ['.js'],
  esModules: [...new Set(operations.flatMap(({ files }) => files))].filter((file) => file.includes('/esm/')),
  operations,
  functions: [callTool],
  replacedTracers: ['gcp.vertex.agent'],
};

/**
 * The instrumentation of `@google/adk`. Make it before ADK is loaded. The hooks of `@llmtrace/auto` make it see ES modules, and
 * tools of classes that are not ADK's.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class AdkInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-adk', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return adk;
  }
}

export const entry: InstrumentationEntry = {
  name: 'adk',
  vendor: adk,
  Instrumentation: AdkInstrumentation,
};
