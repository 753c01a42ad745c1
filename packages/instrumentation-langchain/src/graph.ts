/**
 * Runs of LangGraph's graphs. `_streamIterator` is the generator beneath `invoke`, `stream`, `streamEvents` and `batch`, and
 * beneath those of graphs within a graph. The whole run starts within its first step.
 */
import { fields, name, type OpenOperation, type OperationPoint, type OperationStart } from '@llmtrace/core';
import { CANCELLED, endOfPart, endsBySignal } from './interrupts.ts';

type Graph = any;

/** The graphs of LangChain's agents, where the graph itself does not say so. */
const agents = new WeakSet<object>();

export const noteAgent = (graph: unknown): void => {
  if (typeof graph === 'object' && graph !== null) agents.add(graph);
};

/**
 * Whether a model decides what runs: graphs of `createAgent`, which older versions of it do not mark, and of
 * `createReactAgent`, which has no mark but its nodes. What a run's options say is inherited by the graphs within it.
 */
function isAgent(graph: Graph): boolean {
  return agents.has(graph) || graph.config?.metadata?.ls_integration === CREATE_AGENT || isReactAgent(graph);
}

const CREATE_AGENT = 'langchain_create_agent';

const isReactAgent = ({ nodes }: Graph): boolean =>
  nodes?.agent !== undefined && Array.isArray(nodes.tools?.bound?.tools);

/** What LangGraph calls a graph without a name. */
const UNNAMED = 'LangGraph';

function startOf(graph: Graph, options: unknown): OperationStart {
  const called = name(graph.name);
  const configurable = fields(options).configurable ?? graph.config?.configurable;
  return {
    kind: isAgent(graph) ? 'invoke_agent' : 'invoke_workflow',
    name: called === UNNAMED ? undefined : called,
    conversationId: name(configurable?.thread_id),
  };
}

/**
 * The operation, which ends as the run is stopped, too: then nothing reads the iterator any further. LangGraph has a signal
 * for each run, which the application's own stops, and which stops with a stream that is left early.
 */
function endingWith(operation: OpenOperation, signal: AbortSignal | undefined): OpenOperation {
  if (!(signal instanceof AbortSignal)) return operation;
  const stop = (): void => operation.end(CANCELLED);
  signal.addEventListener('abort', stop, { once: true });
  return {
    ...operation,
    end(end) {
      signal.removeEventListener('abort', stop);
      operation.end(end);
    },
  };
}

const FILES = ['dist/pregel/index.js', 'dist/pregel/index.cjs'];

export const graphPoint: OperationPoint = {
  files: FILES,
  className: 'Pregel',
  path: 'Pregel',
  isInternal: true,
  method: '_streamIterator',
  around({ operations, original, self, args }) {
    const options = args[1];
    const operation = operations.open(() => startOf(self, options));
    if (!operation) return original(...args);
    const iterator = operation.run(() => original(...args));
    const stopping = operations.safely(() => endingWith(operation, fields(options).signal)) ?? operation;
    operations.follow(stopping, iterator, { result: endOfPart, ...endsBySignal(options) });
    return iterator;
  },
};
