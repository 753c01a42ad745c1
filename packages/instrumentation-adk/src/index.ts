/**
 * `@llmtrace/instrumentation-adk`: traces agents, workflows and tools of Google ADK (`@google/adk`). The instrumentations of the SDKs
 * beneath its models, as that of `@google/genai`, trace the model calls within them.
 */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  noModelCalls,
  type OperationPoint,
  type Vendor,
} from '@llmtrace/core';
import { adoptAgentSpan, runAgent } from './agents.ts';
import { countRequest, runStep, takeModelSpan } from './models.ts';
import { TRACER } from './spans.ts';
import { callTool, runTool } from './tools.ts';
import { adoptWorkflowSpan, runWorkflow } from './workflows.ts';

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
  point('agents/base_agent', 'BaseAgent', 'runAsync', runAgent),
  point('agents/base_agent', 'BaseAgent', 'runLive', runAgent),
  // The first method that ADK calls within its span of a run.
  point('agents/base_agent', 'BaseAgent', 'createInvocationContext', adoptAgentSpan),
  point('agents/llm_agent', 'LlmAgent', 'runOneStepAsync', runStep, always),
  point('agents/llm_agent', 'LlmAgent', 'callLlmAsync', takeModelSpan, always),
  point('agents/invocation_context', 'InvocationContext', 'incrementLlmCallCount', countRequest, always),
  point('tools/function_tool', 'FunctionTool', 'runAsync', runTool),
  point('tools/agent_tool', 'AgentTool', 'runAsync', runTool),
  point('tools/mcp/mcp_tool', 'MCPTool', 'runAsync', runTool),
  point('workflow/workflow', 'Workflow', 'runImpl', runWorkflow, { since: '2.0' }),
  point('workflow/workflow', 'Workflow', 'orchestrate', adoptWorkflowSpan, { since: '2.0' }),
];

const adk: Vendor = {
  ...noModelCalls,
  module: '@google/adk',
  extensions: ['.js'],
  esModules: [...new Set(operations.flatMap(({ files }) => files))].filter((file) => file.includes('/esm/')),
  operations,
  functions: [callTool],
  replacedTracers: [TRACER],
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
