/**
 * `@llmtrace/instrumentation-mastra`: traces agents, workflows and tools of Mastra (`@mastra/core`). The instrumentations of
 * HTTP clients and of SDKs trace the model calls within them.
 */
import {
  type FunctionPoint,
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  noModelCalls,
  type OperationPoint,
  type PatchedCall,
  type Vendor,
} from '@llmtrace/core';
import { generate, network, stream } from './agents.ts';
import { bridgePoint } from './bridge.ts';
import { modelPoints } from './models.ts';
import { traceTools } from './tools.ts';
import { runWorkflow } from './workflows.ts';

type Around = (call: PatchedCall) => unknown;

interface Method {
  readonly method: string;
  readonly around: Around;
  readonly since?: string;
}

const method = (name: string, around: Around): Method => ({ method: name, around });

const AGENT: readonly Method[] = [
  method('generate', generate),
  method('resumeGenerate', generate),
  method('generateLegacy', generate),
  method('stream', stream),
  method('resumeStream', stream),
  method('network', network),
  method('resumeNetwork', network),
  method('convertTools', traceTools),
];

/** An agent that keeps its runs in storage wraps another one, and has these methods itself. */
const DURABLE: readonly Method[] = [
  method('generate', generate),
  method('stream', stream),
  method('resumeStream', stream),
];

/** `start`, `stream`, `resume` and all others call these. */
const RUN: readonly Method[] = ['_start', '_resume', '_restart', '_timeTravel'].map((name) =>
  method(name, runWorkflow),
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
    ...modelPoints(CHUNKS),
  ],
};

const bridge: Vendor = {
  ...noModelCalls,
  extensions: EXTENSIONS,
  module: '@mastra/otel-bridge',
  esModules: ['dist/index.js'],
  operations: [bridgePoint],
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
