/**
 * `@llmtrace/instrumentation-langchain`: traces runs of LangChain's agents and of LangGraph's graphs, and the tools that they
 * execute. The instrumentations of the vendors' SDKs trace the model calls within them.
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

const pointOf = (
  className: string,
  file: string,
  method: string,
  around: OperationPoint['around'],
): OperationPoint => ({
  files: [`dist/${file}.js`, `dist/${file}.cjs`],
  className,
  path: className,
  isInternal: true,
  method,
  around,
});

/** `invoke`, all classes of tools and the nodes that execute tools go through it. */
const tool = pointOf('StructuredTool', 'tools/index', 'call', (call) => code().runTool(call));

const MODELS = [
  ['BaseChatModel', 'language_models/chat_models'],
  ['BaseLLM', 'language_models/llms'],
] as const;

const models: readonly OperationPoint[] = [
  ...MODELS.flatMap(([className, file]) => [
    pointOf(className, file, '_generateUncached', (call) => code().generates(call)),
    pointOf(className, file, '_streamIterator', (call) => code().streams(call)),
  ]),
  ...['handleChatModelStart', 'handleLLMStart'].map((method) =>
    pointOf('CallbackManager', 'callbacks/manager', method, (call) => code().starts(call)),
  ),
].map((point) => ({ ...point, isAlways: true }));

/** `invoke`, `stream`, `streamEvents` and `batch` all read it, also for graphs within a graph. */
const graph = pointOf('Pregel', 'pregel/index', '_streamIterator', (call) => code().runGraph(call));

const agents = ['invoke', 'stream', 'streamEvents'].map((method) =>
  pointOf('ReactAgent', 'agents/ReactAgent', method, (call) => code().runAgent(call)),
);

const packageOf = (module: string, operations: readonly OperationPoint[]): Vendor => ({
  ...noModelCalls,
  module,
  extensions: ['.cjs', '.js'],
  esModules: [...new Set(operations.flatMap(({ files }) => files.filter((file) => file.endsWith('.js'))))],
  operations,
});

const core = packageOf('@langchain/core', [tool, ...models]);
const langGraph = packageOf('@langchain/langgraph', [graph]);
const langChain = packageOf('langchain', agents);

/**
 * The instrumentation of `@langchain/core`: tools, and the spans that other libraries make of models. Make it before LangChain is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class LangChainCoreInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-langchain', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return core;
  }
}

/** The instrumentation of `@langchain/langgraph`, with the same options: runs of graphs, and of agents, which are graphs. */
export class LangGraphInstrumentation extends LangChainCoreInstrumentation {
  protected override get vendor(): Vendor {
    return langGraph;
  }
}

/** The instrumentation of `langchain`, with the same options: it marks the graphs that belong to agents. */
export class LangChainInstrumentation extends LangChainCoreInstrumentation {
  protected override get vendor(): Vendor {
    return langChain;
  }
}

export const entry: InstrumentationEntry = {
  name: 'langchain',
  vendor: core,
  Instrumentation: LangChainCoreInstrumentation,
};

/** The instrumentations of all three packages. */
export const entries: readonly InstrumentationEntry[] = [
  entry,
  { name: 'langchain', vendor: langGraph, Instrumentation: LangGraphInstrumentation },
  { name: 'langchain', vendor: langChain, Instrumentation: LangChainInstrumentation },
];
