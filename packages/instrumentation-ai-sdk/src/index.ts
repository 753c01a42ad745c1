/**
 * `@llmtrace/instrumentation-ai-sdk`: traces agents of the AI SDK (`ai`) and the tools that they execute. Model calls within them
 * are traced by the instrumentations of SDKs or of HTTP clients that send them.
 */
import module from 'node:module';
import {
  type ChannelPoint,
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

// As it is now: the tests of an application may replace it before the first call.
const { setImmediate } = globalThis;

/** Both classes are exported as `Experimental_Agent`; announced files of ES modules have the class by its own name. */
const agent = (className: string, method: string, until?: string): OperationPoint => ({
  files: ['dist/index.js', 'dist/index.mjs'],
  className,
  path: 'Experimental_Agent',
  method,
  since: '5.0.0',
  ...(until !== undefined && { until }),
  around: (call) => code().runAgent(call),
});

const entrance = (name: string, around: FunctionPoint['around']): FunctionPoint => ({
  files: /^dist\/index\.m?js$/,
  name,
  until: '7.0.0',
  isAlways: true,
  around,
});

const step = (method: ChannelPoint['method'], around: ChannelPoint['around']): ChannelPoint => ({
  channel: 'ai:telemetry',
  method,
  isAlways: true,
  around,
});

const aiSdk: Vendor = {
  ...noModelCalls,
  module: 'ai',
  extensions: ['.js', '.mjs'],
  // Version 7 has ES modules alone.
  esModules: ['dist/index.js'],
  operations: ['generate', 'stream'].flatMap((method) => [
    agent('ToolLoopAgent', method),
    agent('Agent', method, '6.0.0'),
  ]),
  functions: [
    entrance('generateText', (call) => code().generateText(call, setImmediate)),
    entrance('streamText', (call) => code().streamText(call, setImmediate)),
  ],
  channels: [step('start', (call) => code().start(call)), step('asyncEnd', (call) => code().end(call))],
};

/**
 * The instrumentation of the AI SDK. Make it before the SDK is loaded; versions before 7 need the hooks of `@llmtrace/auto`, too.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class AISdkInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-ai-sdk', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return aiSdk;
  }
}

export const entry: InstrumentationEntry = {
  name: 'ai-sdk',
  vendor: aiSdk,
  Instrumentation: AISdkInstrumentation,
};
