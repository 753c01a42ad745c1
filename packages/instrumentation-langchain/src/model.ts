/**
 * Runs of models. Plugins of other libraries make a span for each, and keep it by the run's id: it is not the active one while the
 * SDK sends the request. Here it is found, so that it becomes the span of the request's call.
 */
import { fields, type OperationPoint, type Operations, type OtherModelSpan } from '@llmtrace/core';
import { context, createContextKey } from '@opentelemetry/api';

/** The handlers of the plugins, by the names that they have, and where they keep the span of a run. */
const PLUGINS = new Map<unknown, { library: string; spanOf(handler: any, runId: unknown): unknown }>([
  [
    'OpenInferenceLangChainTracer',
    {
      library: '@arizeai/openinference-instrumentation-langchain',
      spanOf: ({ runs }, runId) => runs?.[String(runId)]?.span,
    },
  ],
  [
    'traceloop_callback_handler',
    {
      library: '@traceloop/instrumentation-langchain',
      spanOf: ({ spans }, runId) => spans?.get?.(runId)?.span,
    },
  ],
]);

/** What LangChain starts for one call of a model: several runs, where it gets several lists of messages. */
interface ModelRuns {
  managers: readonly unknown[];
}

const RUNS = createContextKey('llmtrace.langchain.model-runs');

/** The spans of runs, as they are when the SDK sends a request. The handlers run in the background. */
function spansOf({ managers }: ModelRuns): OtherModelSpan[] {
  return managers.flatMap((manager) => {
    const { handlers = [], runId } = fields(manager);
    return [...handlers].flatMap((handler) => {
      const plugin = PLUGINS.get(fields(handler).name);
      if (!plugin) return [];
      // LangChain does not say which of several runs sends a request.
      const isShared = managers.length > 1;
      return [{ library: plugin.library, span: plugin.spanOf(handler, runId), isShared }];
    });
  });
}

/** Runs code within which requests are those of the runs. */
const within = <T>(operations: Operations, runs: ModelRuns, run: () => T): T =>
  context.with(context.active().setValue(RUNS, runs), () => operations.besideSpans(() => spansOf(runs), run));

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const CHAT_MODEL = {
  path: 'BaseChatModel',
  className: 'BaseChatModel',
  file: 'dist/language_models/chat_models',
};
const TEXT_MODEL = { path: 'BaseLLM', className: 'BaseLLM', file: 'dist/language_models/llms' };
const MANAGER = { path: 'CallbackManager', className: 'CallbackManager', file: 'dist/callbacks/manager' };

const pointOf = (
  { path, className, file }: typeof CHAT_MODEL,
  method: string,
  around: OperationPoint['around'],
): OperationPoint => ({
  ...{ path, className, method, around },
  files: [`${file}.js`, `${file}.cjs`],
  isInternal: true,
  isAlways: true,
});

/** The managers of the runs are there already where LangChain has looked into its cache. */
const generates: OperationPoint['around'] = ({ operations, original, args }) => {
  const runs: ModelRuns = { managers: listOf(args[3]) };
  return within(operations, runs, () => original(...args));
};

/** The request is sent within the first step. */
const streams: OperationPoint['around'] = ({ operations, original, args }) => {
  const iterator = original(...args);
  operations.safely(() => {
    const runs: ModelRuns = { managers: [] };
    const { next } = iterator;
    Object.defineProperty(iterator, 'next', {
      value: (...values: unknown[]) => {
        Reflect.deleteProperty(iterator, 'next');
        return within(operations, runs, () => next.apply(iterator, values));
      },
      configurable: true,
      writable: true,
      enumerable: false,
    });
  });
  return iterator;
};

const starts: OperationPoint['around'] = ({ original, args }) => {
  const runs = context.active().getValue(RUNS) as ModelRuns | undefined;
  const started = original(...args);
  return runs ? noting(started, runs) : started;
};

async function noting(started: Promise<unknown>, runs: ModelRuns): Promise<unknown> {
  const managers = await started;
  runs.managers = listOf(managers);
  return managers;
}

export const modelPoints: readonly OperationPoint[] = [
  ...[CHAT_MODEL, TEXT_MODEL].flatMap((model) => [
    pointOf(model, '_generateUncached', generates),
    pointOf(model, '_streamIterator', streams),
  ]),
  pointOf(MANAGER, 'handleChatModelStart', starts),
  pointOf(MANAGER, 'handleLLMStart', starts),
];
