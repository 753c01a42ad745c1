/**
 * `@llmtrace/instrumentation-openai-agents`: traces the workflows, agents and tools of `@openai/agents`. The model calls
 * within them are traced by the instrumentation of the `openai` SDK.
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

const point = (
  file: string,
  className: string,
  method: string,
  around: OperationPoint['around'],
  isAlways = false,
): OperationPoint => ({
  files: [`dist/${file}`],
  className,
  path: className,
  isInternal: true,
  method,
  around,
  isAlways,
});

const endTrace: OperationPoint['around'] = (call) => code().endTrace(call);
const endSpan: OperationPoint['around'] = (call) => code().endSpan(call);
const failSpan: OperationPoint['around'] = (call) => code().failSpan(call);

const agents: Vendor = {
  ...noModelCalls,
  module: '@openai/agents-core',
  extensions: ['.js', '.mjs'],
  operations: [
    point('run', 'Runner', 'run', (call) => code().run(call), true),
    point('tracing/provider', 'TraceProvider', 'createTrace', (call) => code().createTrace(call)),
    point('tracing/provider', 'TraceProvider', 'createSpan', (call) => code().createSpan(call)),
    point('tracing/traces', 'Trace', 'clone', (call) => code().cloneTrace(call)),
    point('tracing/traces', 'Trace', 'end', endTrace),
    point('tracing/traces', 'NoopTrace', 'end', endTrace),
    point('tracing/spans', 'Span', 'end', endSpan),
    point('tracing/spans', 'Span', 'setError', failSpan),
    point('tracing/spans', 'NoopSpan', 'end', endSpan),
    point('tracing/spans', 'NoopSpan', 'setError', failSpan),
  ],
};

/**
 * The instrumentation of `@openai/agents`. Make it before the SDK is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class OpenAIAgentsInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-openai-agents', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return agents;
  }
}

export const entry: InstrumentationEntry = {
  name: 'openai-agents',
  vendor: agents,
  Instrumentation: OpenAIAgentsInstrumentation,
};
