/**
 * `@llmtrace/instrumentation-genkit`: traces flows and agents of Genkit, and the tools that they execute. The instrumentations of
 * SDKs or of HTTP clients trace the model calls within them.
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

const enableTelemetry: FunctionPoint = {
  files: /^lib\/tracing\.m?js$/,
  name: 'enableTelemetry',
  isAlways: true,
  around: (call) => code().enableTelemetry(call),
};

/** Genkit makes all its spans through it. */
const spans: FunctionPoint = {
  files: /^lib\/tracing\/instrumentation\.m?js$/,
  name: 'runInNewSpan',
  isAlways: true,
  around: (call) => code().runInNewSpan(call),
};

/** Prompts, chats and streams call it, too. */
const generate: FunctionPoint = {
  files: /^lib\/generate\/action\.m?js$/,
  name: 'generateHelper',
  around: (call) => code().generate(call),
};

const toolRequest: FunctionPoint = {
  files: /^lib\/generate\/resolve-tool-requests\.m?js$/,
  name: 'resolveToolRequest',
  around: (call) => code().resolveToolRequest(call),
};

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
