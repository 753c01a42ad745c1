/** Telemetry in memory: the calls that llmtrace traces in this process, their spans and their metrics. */
import { instrumentClient, instrumentModule } from '@llmtrace/auto/manual';
import type { Call } from '@llmtrace/core';
import { facts, type LlmTraceConfig, type Observer } from '@llmtrace/core/internal';
import { createTelemetry, type Instrumented, type MetricPoint } from '@llmtrace/test-fixtures/telemetry';
import {
  type Attributes,
  type HrTime,
  type Link,
  metrics,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  trace,
} from '@opentelemetry/api';
import type { FakeVendors } from './fake-vendors.ts';

/** The clients to record, and the vendors whose prices apply. */
export interface RecordOptions {
  /** Clients of SDKs to trace, if the SDK was loaded before llmtrace started. @default [] */
  clients?: readonly object[];
  /** The namespace objects of SDKs to trace, in the same case. @default [] */
  modules?: readonly object[];
  /** Fake vendors: calls to them get the real vendors' prices. */
  vendors?: Pick<FakeVendors, 'providerMap'>;
}

/** A data point of a metric. */
export interface RecordedMetric {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The number of values of a histogram; undefined for a counter. */
  readonly count: number | undefined;
  /** The sum of a histogram, the value of a counter. */
  readonly sum: number;
}

/** A span that has ended: the fields of a `ReadableSpan`, whose package has another name in each line of OpenTelemetry's SDK. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  spanContext(): SpanContext;
  /** Undefined for the root of a trace. */
  readonly parentSpanContext?: SpanContext | undefined;
  /** Seconds since the epoch, and nanoseconds; so are the other times. */
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly events: readonly RecordedEvent[];
  readonly links: readonly Link[];
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> };
  readonly instrumentationScope: { readonly name: string; readonly version?: string | undefined };
}

/** An event of a span. */
export interface RecordedEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes?: Attributes | undefined;
}

/** Telemetry that a test records. */
export interface RecordedTelemetry {
  /** The calls that have ended, in the order of their ends, since the last `reset()`. */
  readonly calls: readonly Readonly<Call>[];
  /** The spans that have ended, since the last `reset()`. */
  spans(): RecordedSpan[];
  /** The measurements since the previous call of this method, or since the last `reset()`. */
  metrics(): Promise<RecordedMetric[]>;
  /** Resolves when all started calls have ended. A stream ends when it has been read. */
  ended(): Promise<void>;
  /** Removes all recorded telemetry. */
  reset(): Promise<void>;
  /** Stops recording, and restores the options and providers of the instrumentations. */
  stop(): void;
}

/** An instrumentation of llmtrace, from any copy of the package. */
interface Instrumentation extends Instrumented {
  getConfig(): LlmTraceConfig;
  setConfig(config: LlmTraceConfig): void;
}

/** A limit far above the calls of a test: a recorder that a test does not stop must not fill the memory. */
const MAX_CALLS = 100_000;

/**
 * Records the calls of all instrumentations of llmtrace in this process. Until `stop()` they report nowhere else.
 * @throws Error if llmtrace traces no SDK in this process
 */
export function recordTelemetry({
  clients = [],
  modules = [],
  vendors,
}: RecordOptions = {}): RecordedTelemetry {
  for (const client of clients) instrumentClient(client);
  for (const exports of modules) instrumentModule(exports);
  const instrumentations = facts().instrumentations.flatMap(({ self }) => (self ?? []) as Instrumentation);
  if (instrumentations.length === 0)
    throw new Error(
      'Expected llmtrace to trace an SDK: give recordTelemetry() its `clients` or `modules`, or start the process with `--import @llmtrace/auto`.',
    );
  const telemetry = createTelemetry();
  const calls: Readonly<Call>[] = [];
  const recorder: Observer = {
    end(call) {
      if (calls.length < MAX_CALLS) calls.push(call);
    },
  };
  const restore = instrumentations.map((instrumentation) =>
    redirect(instrumentation, recorder, vendors?.providerMap),
  );
  for (const instrumentation of instrumentations) telemetry.install(instrumentation);
  return {
    calls,
    spans: () => telemetry.spans(),
    metrics: (): Promise<MetricPoint[]> => telemetry.metrics(),
    ended: () => telemetry.ended(),
    async reset() {
      await telemetry.reset();
      calls.length = 0;
    },
    stop() {
      for (const back of restore.splice(0)) back();
    },
  };
}

/** @returns a function that undoes it. */
function redirect(
  instrumentation: Instrumentation,
  recorder: Observer,
  providerMap: Readonly<Record<string, string>> = {},
): () => void {
  const config = instrumentation.getConfig();
  instrumentation.setConfig({
    ...config,
    observers: [...(config.observers ?? []), recorder],
    providerMap: { ...config.providerMap, ...providerMap },
  });
  return () => {
    instrumentation.setConfig(config);
    instrumentation.setTracerProvider(trace);
    instrumentation.setMeterProvider(metrics);
  };
}
