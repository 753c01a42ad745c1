/**
 * `@llmtrace/instrumentation-openai-agents`: traces the workflows, agents and tools of `@openai/agents`. The model calls
 * within them are traced by the instrumentation of the `openai` SDK.
 */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  noModelCalls,
  type OperationPoint,
  type Vendor,
} from '@llmtrace/core';
import { run } from './runs.ts';
import { cloneTrace, createSpan, createTrace, endSpan, endTrace, failSpan } from './tracing.ts';

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

const agents: Vendor = {
  ...noModelCalls,
  module: '@openai/agents-core',
  extensions: ['.js', '.mjs'],
  operations: [
    point('run', 'Runner', 'run', run, true),
    point('tracing/provider', 'TraceProvider', 'createTrace', createTrace),
    point('tracing/provider', 'TraceProvider', 'createSpan', createSpan),
    point('tracing/traces', 'Trace', 'clone', cloneTrace),
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
