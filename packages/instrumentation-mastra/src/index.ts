/**
 * `@llmtrace/instrumentation-mastra`: traces agents, workflows and tools of Mastra (`@mastra/core`). The instrumentations of
 * HTTP clients and of SDKs trace the model calls within them.
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
  type PatchedCall,
  type Vendor,
} from '@llmtrace/core';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

type Around = (call: PatchedCall) => unknown;

interface Method {
  readonly method: string;
  readonly around: Around;
  readonly since?: string;
}

const method = (name: string, around: Around): Method => ({ method: name, around });

const generate: Around = (call) => code().generate(call);
const stream: Around = (call) => code().stream(call);
const network: Around = (call) => code().network(call);

const AGENT: readonly Method[] = [
  method('generate', generate),
  method('resumeGenerate', generate),
  method('generateLegacy', generate),
  method('stream', stream),
  method('resumeStream', stream),
  method('network', network),
  method('resumeNetwork', network),
  method('convertTools', (call) => code().traceTools(call)),
];

/** An agent that keeps its runs in storage wraps another one, and has these methods itself. */
const DURABLE: readonly Method[] = [
  method('generate', generate),
  method('stream', stream),
  method('resumeStream', stream),
];

/** `start`, `stream`, `resume` and all others call these. */
const RUN: readonly Method[] = ['_start', '_resume', '_restart', '_timeTravel'].map((name) =>
  method(name, (call) => code().runWorkflow(call)),
);

/** The entries of the package, whose bindings are those of the chunks, as far as they have them by these names. */
const exported = (folder: string, className: string, methods: readonly Method[]): OperationPoint[] =>
  methods.map((point) => ({
    files: [`dist/${folder}/index.js`, `dist/${folder}/index.cjs`],
    className,
    path: className,
    isInternal: true,
    ...point,
  }));

/** `agent-BOxKOk3n.js` of rolldown (1.71), `chunk-AM3IOVFX.js` of esbuild (1.36). */
const CHUNKS = /^dist\/(?:agent|chunk|create-durable-agent|llm|model)-[\w-]+\.c?js$/;

const inChunks = (className: string, methods: readonly Method[]): FunctionPoint[] =>
  methods.map(({ method: name, ...rest }) => ({ files: CHUNKS, className, name, ...rest }));

/** Mastra wraps models in a class for each version of their interface. */
const MODELS = ['AISDKV5LanguageModel', 'AISDKV6LanguageModel', 'AISDKV7LanguageModel'];

const models: readonly FunctionPoint[] = MODELS.flatMap((className) =>
  inChunks(
    className,
    ['doGenerate', 'doStream'].map((name) => method(name, (call) => code().askModel(call))),
  ),
).map((point) => ({ ...point, isAlways: true }));

const EXTENSIONS = ['.js', '.cjs'];

const mastra: Vendor = {
  ...noModelCalls,
  extensions: EXTENSIONS,
  module: '@mastra/core',
  esModules: ['dist/agent/index.js', 'dist/workflows/index.js'],
  operations: [...exported('agent', 'Agent', AGENT), ...exported('workflows', 'Run', RUN)],
  functions: [
    ...inChunks('Agent', AGENT),
    ...inChunks('DurableAgent', DURABLE),
    ...inChunks('Run', RUN),
    ...models,
  ],
};

/** Mastra runs all that is within one of its spans by this method. */
const inSpan: OperationPoint = {
  files: ['dist/index.js', 'dist/index.cjs'],
  className: 'OtelBridge',
  path: 'OtelBridge',
  method: 'executeWithSpanContext',
  isAlways: true,
  around: (call) => code().runInSpan(call),
};

const bridge: Vendor = {
  ...noModelCalls,
  extensions: EXTENSIONS,
  module: '@mastra/otel-bridge',
  esModules: ['dist/index.js'],
  operations: [inSpan],
};

/**
 * The instrumentation of Mastra. Make it before `@mastra/core` is loaded. The hooks of `@llmtrace/auto` make it see ES modules.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class MastraInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-mastra', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return mastra;
  }
}

/** The instrumentation of `@mastra/otel-bridge`, with the same options: its spans repeat no tokens of calls that llmtrace traces. */
export class MastraBridgeInstrumentation extends MastraInstrumentation {
  protected override get vendor(): Vendor {
    return bridge;
  }
}

export const entry: InstrumentationEntry = {
  name: 'mastra',
  vendor: mastra,
  Instrumentation: MastraInstrumentation,
};

/** The instrumentations of both packages. */
export const entries: readonly InstrumentationEntry[] = [
  entry,
  { name: 'mastra', vendor: bridge, Instrumentation: MastraBridgeInstrumentation },
];
