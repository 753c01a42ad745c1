/**
 * `@llmtrace/instrumentation-strands`: traces agents, graphs, swarms and tools of Strands Agents (`@strands-agents/sdk`). The
 * instrumentations of the SDKs beneath its model providers trace the model calls within them.
 */
import module from 'node:module';
import {
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

type More = Partial<Pick<OperationPoint, 'isAlways' | 'since' | 'until'>>;

const point = (
  file: string,
  className: string,
  method: string,
  around: OperationPoint['around'],
  more: More = {},
): OperationPoint => ({
  files: [`dist/src/${file}.js`],
  className,
  path: className,
  isInternal: true,
  method,
  around,
  ...more,
});

/** Strands' spans are kept from llmtrace's provider, and become those of model calls, where agents are not traced, too. */
const always = { isAlways: true };

const streamWorkflow: OperationPoint['around'] = (call) => code().streamWorkflow(call);

const operations: readonly OperationPoint[] = [
  // `invoke` calls it, as agents that are tools or nodes do.
  point('agent/agent', 'Agent', 'stream', (call) => code().streamAgent(call)),
  point('agent/agent', 'Agent', '_streamFromModel', (call) => code().streamFromModel(call), always),
  point('agent/agent', 'Agent', '_executeToolCore', (call) => code().executeToolOfAgent(call), {
    since: '1.5',
    until: '1.11',
  }),
  point('agent/agent', 'Agent', 'executeTool', (call) => code().executeToolWithHooks(call), {
    until: '1.11',
  }),
  point('tools/executors/executor', 'ToolExecutor', '_executeToolCore', (call) => code().executeTool(call)),
  point('agent/tool-caller', 'ToolCaller', '_executeTool', (call) => code().callTool(call)),
  point('multiagent/graph', 'Graph', 'stream', streamWorkflow),
  point('multiagent/swarm', 'Swarm', 'stream', streamWorkflow),
  point('telemetry/tracer', 'Tracer', '_startSpan', (call) => code().startSpan(call), always),
  point('telemetry/tracer', 'Tracer', 'withSpanContext', (call) => code().withSpan(call), always),
  point('telemetry/tracer', 'Tracer', 'endNodeSpan', (call) => code().endNode(call)),
];

const strands: Vendor = {
  ...noModelCalls,
  module: '@strands-agents/sdk',
  extensions: ['.js'],
  esModules: [...new Set(operations.flatMap(({ files }) => files))],
  operations,
};

/**
 * The instrumentation of `@strands-agents/sdk`. Make it before Strands is loaded; the hooks of `@llmtrace/auto` make it see ES
 * modules.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class StrandsInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-strands', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return strands;
  }
}

export const entry: InstrumentationEntry = {
  name: 'strands',
  vendor: strands,
  Instrumentation: StrandsInstrumentation,
};
