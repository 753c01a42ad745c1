/** The SDK that llmtrace starts where the process has none: from the `OTEL_*` variables, at the first need. */
import module from 'node:module';
import type { AutoSettings } from '@llmtrace/core';
import {
  type Attributes,
  createNoopMeter,
  diag,
  type MeterProvider,
  ProxyTracerProvider,
  type TracerProvider,
} from '@opentelemetry/api';
import { checkEndpoints } from './endpoint.ts';
import { atExit } from './exit.ts';
import { type ExportThread, startExportThread } from './export-thread.ts';
import { exporterModules } from './exporters.ts';
import { startLogging } from './logging.ts';
import { startMetering } from './metering.ts';
import type { Own } from './providers.ts';
import { startTracing } from './tracing.ts';
import { toWire } from './wire.ts';

const require = module.createRequire(import.meta.url);

const NO_TRACES: TracerProvider = new ProxyTracerProvider();
const NO_METRICS: MeterProvider = { getMeter: createNoopMeter };

/** @param read gives the settings when the SDK starts: an application may set variables before its first call. */
export function ownSdk(read: () => AutoSettings): Own {
  const sdk = once(() => prepare(read()));
  const tracers = once(() => guarded(NO_TRACES, () => sdk().tracers()));
  const meters = once(() => guarded(NO_METRICS, () => sdk().meters()));
  const loggers = once(() => guarded(undefined, () => sdk().loggers()));
  const spans = once(() => guarded(undefined, () => sdk().spans()));
  return { tracers, meters, loggers, spans };
}

function prepare(settings: AutoSettings): Own {
  const none = {
    tracers: () => NO_TRACES,
    meters: () => NO_METRICS,
    loggers: () => undefined,
    spans: () => undefined,
  };
  if (settings.sdkDisabled) return none;
  const traces = exporterModules('trace', settings.traceExporters);
  const metrics = exporterModules('metrics', settings.metricExporters);
  const logs = exporterModules('logs', settings.logExporters);
  if (traces.length + metrics.length + logs.length === 0) return none;
  const thread = once(() => startThread(settings, { traces, metrics, logs }));
  return {
    tracers: () => (traces.length > 0 ? startTracing(thread()) : NO_TRACES),
    meters: () => (metrics.length > 0 ? startMetering(thread()) : NO_METRICS),
    loggers: () => (logs.length > 0 ? startLogging(thread()) : undefined),
    spans: () => (traces.length > 0 ? (span) => thread().send({ span: toWire(span) }) : undefined),
  };
}

function startThread(
  settings: AutoSettings,
  exporters: Pick<Parameters<typeof startExportThread>[0], 'traces' | 'metrics' | 'logs'>,
): ExportThread {
  const { metricInterval, metricTimeout, resourceDetectors, logLevel, exportQueueBytes, env } = settings;
  checkEndpoints(settings);
  const thread = startExportThread(
    {
      ...exporters,
      ...{ metricInterval, metricTimeout, resourceDetectors, logLevel, queueBytes: exportQueueBytes },
      processAttributes: processAttributes(resourceDetectors),
    },
    env,
  );
  started = thread;
  atExit(flushExports);
  return thread;
}

let started: ExportThread | undefined;

/** Has all exported that was sent so far; an exit waits for it. */
export function flushExports(): void {
  started?.flush();
}

function processAttributes(detectors: readonly string[]): Attributes {
  if (!detectors.includes('process') && !detectors.includes('all')) return {};
  const { detectResources, processDetector } =
    require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');
  return detectResources({ detectors: [processDetector] }).attributes;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function guarded<T>(fallback: T, start: () => T): T {
  try {
    return start();
  } catch (error) {
    diag.error('llmtrace: could not start OpenTelemetry', error);
    return fallback;
  }
}
