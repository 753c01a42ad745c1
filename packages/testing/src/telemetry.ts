/** Telemetry in memory: the calls that llmtrace traces in this process, their spans and their metrics. */
import { instrumentClient, instrumentModule } from '@llmtrace/auto/manual';
import type { Call } from '@llmtrace/core';
import { facts, type LlmTraceConfig, type Observer } from '@llmtrace/core/internal';
import { createTelemetry, type Instrumented, type MetricPoint } from '@llmtrace/test-fixtures/telemetry';
import { metrics, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { FakeVendors } from './fake-vendors.ts';

/** What is recorded, and how calls are priced. */
export interface RecordOptions {
  /** Clients of SDKs to trace, where llmtrace was not started before the SDK was loaded. @default [] */
  clients?: readonly object[];
  /** The same by the SDKs' exports: `import * as openai from 'openai'`. @default [] */
  modules?: readonly object[];
  /** Fake vendors, whose calls have the prices of the vendors. */
  vendors?: Pick<FakeVendors, 'providerMap'>;
}

/** One point of one metric. */
export interface RecordedMetric {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** How many values a histogram has; undefined for a counter. */
  readonly count: number | undefined;
  /** The sum of a histogram, the value of a counter. */
  readonly sum: number;
}

/** Telemetry that is recorded from now on. */
export interface RecordedTelemetry {
  /** The calls that have ended, in the order of their ends, since the last `reset()`. */
  readonly calls: readonly Readonly<Call>[];
  /** The spans that have ended, since the last `reset()`. */
  spans(): ReadableSpan[];
  /** The measurements since the last time that this was asked, or the last `reset()`. */
  metrics(): Promise<RecordedMetric[]>;
  /** Resolves when every call that has started has ended: a stream ends once it was read. */
  ended(): Promise<void>;
  /** Forgets all. */
  reset(): Promise<void>;
  /** Records no more, and gives the instrumentations their options and providers back. */
  stop(): void;
}

/** What an instrumentation of llmtrace is, whichever copy of the package it is from. */
interface Instrumentation extends Instrumented {
  getConfig(): LlmTraceConfig;
  setConfig(config: LlmTraceConfig): void;
}

/** More calls than any test makes: a recorder that is forgotten must not fill the memory. */
const MAX_CALLS = 100_000;

/** Records the calls of all instrumentations of llmtrace in this process, which report nowhere else meanwhile. */
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
  const restore = instrumentations.map((one) => redirect(one, recorder, vendors?.providerMap));
  for (const one of instrumentations) telemetry.install(one);
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
