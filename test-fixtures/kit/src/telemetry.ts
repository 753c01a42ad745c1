/** Records telemetry in memory, also of spans that never end. */
import {
  type Attributes,
  context,
  type DiagLogger,
  DiagLogLevel,
  diag,
  type MeterProvider as MeterProviderApi,
  type TracerProvider,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  type DataPoint,
  MeterProvider,
  MetricReader,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** A data point of a metric; only a histogram's has a count. */
export interface MetricPoint {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Attributes;
  readonly count: number | undefined;
  /** The sum of a histogram, the value of a counter. */
  readonly sum: number;
}

/** An object that accepts providers: any instrumentation of OpenTelemetry. */
export interface Instrumented {
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider(provider: MeterProviderApi): void;
}

export interface Telemetry {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProviderApi;
  /** Spans that ended since the last `reset()`, in the order of their ends. */
  spans(): ReadableSpan[];
  /** The number of spans that started since the last `reset()`: more than ended if a span leaks. */
  started(): number;
  /** Resolves when all spans that started have ended. */
  ended(): Promise<void>;
  /** The measurements since the last collection or the last `reset()`. */
  metrics(): Promise<MetricPoint[]>;
  /** Discards all recorded telemetry. */
  reset(): Promise<void>;
  /** Sets the providers of an instrumentation to those of this object. */
  install<T extends Instrumented>(instrumentation: T): T;
}

/** A reader with delta temporality that collects only when a test asks. */
class DeltaReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Makes telemetry, and sets the process's context manager if it has none yet. */
export function createTelemetry(views: ViewOptions[] = []): Telemetry {
  useAsyncContext();
  const reader = new DeltaReader();
  const meterProvider = new MeterProvider({ readers: [reader], views });
  const started = new Set<unknown>();
  let spans: ReadableSpan[] = [];
  let waiting: (() => void)[] = [];
  const processor: SpanProcessor = {
    onStart: (span) => void started.add(span),
    onEnd(span) {
      if (!started.has(span)) return; // it started before the last `reset()`
      spans.push(span);
      if (spans.length < started.size) return;
      for (const resolve of waiting.splice(0)) resolve();
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [processor] });
  const metrics = async () => pointsOf((await reader.collect()).resourceMetrics.scopeMetrics);
  return {
    tracerProvider,
    meterProvider,
    spans: () => [...spans],
    started: () => started.size,
    ended: () =>
      new Promise((resolve) => void (spans.length >= started.size ? resolve() : waiting.push(resolve))),
    metrics,
    async reset() {
      await metrics();
      started.clear();
      spans = [];
      waiting = [];
    },
    install(instrumentation) {
      instrumentation.setTracerProvider(tracerProvider);
      instrumentation.setMeterProvider(meterProvider);
      return instrumentation;
    },
  };
}

type ScopeMetrics = Awaited<ReturnType<MetricReader['collect']>>['resourceMetrics']['scopeMetrics'];

function pointsOf(scopes: ScopeMetrics): MetricPoint[] {
  return scopes.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
      (dataPoints as DataPoint<unknown>[]).map(({ attributes, value }) => {
        const { count, sum } = measured(value);
        return { name, unit, attributes, count, sum };
      }),
    ),
  );
}

function measured(value: unknown): { count: number | undefined; sum: number } {
  if (typeof value === 'number') return { count: undefined, sum: value };
  const { count, sum } = value as { count: number; sum?: number };
  return { count, sum: sum ?? 0 };
}

/** Registers a context manager that follows promises, if the process has none. */
export function useAsyncContext(): void {
  const manager = new AsyncLocalStorageContextManager().enable();
  if (!context.setGlobalContextManager(manager)) manager.disable();
}

/** One line of `diag`. */
export interface DiagLine {
  level: 'error' | 'warn' | 'info' | 'debug';
  text: string;
}

export interface DiagRecorder {
  readonly lines: DiagLine[];
  /** Removes the logger from `diag`. */
  stop(): void;
}

/** Records the messages of `diag` and prints none, until `stop()`. */
export function recordDiag(level: DiagLogLevel = DiagLogLevel.WARN): DiagRecorder {
  const lines: DiagLine[] = [];
  const at =
    (name: DiagLine['level']) =>
    (...words: unknown[]) =>
      void lines.push({ level: name, text: words.map(String).join(' ') });
  const logger: DiagLogger = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    verbose: () => {},
  };
  // Without `suppressOverrideMessage` `diag` would log that a logger was replaced.
  diag.setLogger(logger, { logLevel: level, suppressOverrideMessage: true });
  return { lines, stop: () => diag.disable() };
}
