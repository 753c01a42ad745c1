/**
 * Runs of LangGraph's graphs. `invoke`, `stream`, `streamEvents` and `batch` all read the generator `_streamIterator`, also
 * for graphs within a graph. The whole run starts within the generator's first step.
 */
import { fields, name, type OperationStart, type PatchedCall } from '@llmtrace/core';
import { CANCELLED, endOfPart, endsBySignal } from './interrupts.ts';

type Graph = any;

/** The graphs of LangChain's agents: older versions do not mark the graph itself. */
const agents = new WeakSet<object>();

export const noteAgent = (graph: unknown): void => {
  if (typeof graph === 'object' && graph !== null) agents.add(graph);
};

/**
 * Whether the graph is an agent's, which runs what its model decides: the graph of `createAgent`, or of `createReactAgent`,
 * which only its nodes show. The metadata of a run's options is no evidence: the graphs within the graph inherit it.
 */
function isAgent(graph: Graph): boolean {
  return agents.has(graph) || graph.config?.metadata?.ls_integration === CREATE_AGENT || isReactAgent(graph);
}

const CREATE_AGENT = 'langchain_create_agent';

const isReactAgent = ({ nodes }: Graph): boolean =>
  nodes?.agent !== undefined && Array.isArray(nodes.tools?.bound?.tools);

/** LangGraph's name of a graph without a name. */
const UNNAMED = 'LangGraph';

function startOf(graph: Graph, options: unknown): OperationStart {
  const graphName = name(graph.name);
  const configurable = fields(options).configurable ?? graph.config?.configurable;
  return {
    kind: isAgent(graph) ? 'invoke_agent' : 'invoke_workflow',
    name: graphName === UNNAMED ? undefined : graphName,
    conversationId: name(configurable?.thread_id),
  };
}

export function runGraph({ operations, original, self, args }: PatchedCall): unknown {
  const options = args[1];
  const operation = operations.open(() => startOf(self, options));
  if (!operation) return original(...args);
  const iterator = operation.run(() => original(...args));
  // Nothing reads the iterator after an abort. LangGraph makes a signal for each run, which is aborted by the application's
  // signal, and at the end of a loop that leaves the stream early.
  operation.onAbort(fields(options).signal, () => operation.end(CANCELLED));
  operations.follow(operation, iterator, { result: endOfPart, ...endsBySignal(options) });
  return iterator;
}
