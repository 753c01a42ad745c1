/**
 * `@llmtrace/instrumentation-langchain`: traces runs of LangChain's agents and of LangGraph's graphs, and the tools that they
 * execute. The instrumentations of the vendors' SDKs trace the model calls within them.
 */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  noModelCalls,
  type OperationPoint,
  type Vendor,
} from '@llmtrace/core';
import { agentPoints } from './agent.ts';
import { graphPoint } from './graph.ts';
import { modelPoints } from './model.ts';
import { toolPoint } from './tool.ts';

const packageOf = (module: string, operations: readonly OperationPoint[]): Vendor => ({
  ...noModelCalls,
  module,
  extensions: ['.cjs', '.js'],
  esModules: [...new Set(operations.flatMap(({ files }) => files.filter((file) => file.endsWith('.js'))))],
  operations,
});

const core = packageOf('@langchain/core', [toolPoint, ...modelPoints]);
const langGraph = packageOf('@langchain/langgraph', [graphPoint]);
const langChain = packageOf('langchain', agentPoints);

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
