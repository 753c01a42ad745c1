/**
 * `@llmtrace/instrumentation-genkit`: traces flows and agents of Genkit, and the tools that they execute. The instrumentations of
 * SDKs or of HTTP clients trace the model calls within them.
 */
import {
  type FunctionPoint,
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  noModelCalls,
  type Vendor,
} from '@llmtrace/core';
import { generate, toolRequest } from './generate.ts';
import { spans } from './spans.ts';
import { enableTelemetry } from './telemetry.ts';

const packageOf = (module: string, functions: readonly FunctionPoint[]): Vendor => ({
  ...noModelCalls,
  module,
  extensions: ['.js', '.mjs'],
  functions,
  silentTracers: ['genkit-tracer'],
});

const core = packageOf('@genkit-ai/core', [enableTelemetry, spans]);
const ai = packageOf('@genkit-ai/ai', [generate, toolRequest]);

/**
 * The instrumentation of `@genkit-ai/core`: flows and tools. It needs the hooks of `@llmtrace/auto`.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class GenkitCoreInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-genkit', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return core;
  }
}

/** The instrumentation of `@genkit-ai/ai`, with the same options: the runs of agents. */
export class GenkitAIInstrumentation extends GenkitCoreInstrumentation {
  protected override get vendor(): Vendor {
    return ai;
  }
}

export const entry: InstrumentationEntry = {
  name: 'genkit',
  vendor: core,
  Instrumentation: GenkitCoreInstrumentation,
};

/** The instrumentations of both packages. */
export const entries: readonly InstrumentationEntry[] = [
  entry,
  { name: 'genkit', vendor: ai, Instrumentation: GenkitAIInstrumentation },
];
