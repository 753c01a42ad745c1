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

/**
 * The context key of the managers of the runs that LangChain starts for one call of a model: several, where it gets several lists of
 * messages. The list is empty until they have started.
 */
const MANAGERS = createContextKey('llmtrace.langchain.managers');

/** The spans of runs, as they are when the SDK sends a request. The handlers run in the background. */
function spansOf(managers: readonly unknown[]): OtherModelSpan[] {
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

/** Runs code within which requests are those of the managers' runs. */
const within = <T>(operations: Operations, managers: unknown[], run: () => T): T =>
  context.with(context.active().setValue(MANAGERS, managers), () =>
    operations.besideSpans(() => spansOf(managers), run),
  );

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The managers of the runs are there already where LangChain has looked into its cache. */
export const generates: OperationPoint['around'] = ({ operations, original, args }) =>
  operations.askUnseen(() => within(operations, [...listOf(args[3])], () => original(...args)));

/** The request is sent within the first step. */
export const streams: OperationPoint['around'] = ({ operations, original, args }) => {
  const iterator = original(...args);
  operations.safely(() => {
    const { next } = iterator;
    Object.defineProperty(iterator, 'next', {
      value: (...values: unknown[]) => {
        Reflect.deleteProperty(iterator, 'next');
        return operations.askUnseen(() => within(operations, [], () => next.apply(iterator, values)));
      },
      configurable: true,
      writable: true,
      enumerable: false,
    });
  });
  return iterator;
};

/** Runs that start within those of a call, as a model that calls another model starts them, are not the call's. */
export const starts: OperationPoint['around'] = ({ original, args }) => {
  const managers = context.active().getValue(MANAGERS) as unknown[] | undefined;
  const started = original(...args);
  return managers?.length === 0 ? filling(managers, started) : started;
};

async function filling(managers: unknown[], started: Promise<unknown>): Promise<unknown> {
  const all = await started;
  managers.push(...listOf(all));
  return all;
}
