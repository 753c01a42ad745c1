/** The SDK that llmtrace starts where the process has none: from the `OTEL_*` variables, at the first need. */
import module from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { note, outside, warnOnce } from '@llmtrace/core/internal';
import {
  type Attributes,
  createNoopMeter,
  diag,
  type MeterProvider,
  ProxyTracerProvider,
  type TracerProvider,
} from '@opentelemetry/api';
import { atExit } from '../process/exit.ts';
import { checkEndpoints, sendingExporters } from '../process/otlp-endpoint.ts';
import { checkTlsFiles } from '../process/tls-files.ts';
import type { AutoSettings } from '../settings.ts';
import type { ExportThread } from './export-thread/client.ts';
import { toWire } from './export-thread/messages.ts';
import { offerRelay, type RelayedSignals, type RelayOffer, relayOf } from './export-thread/worker-relay.ts';
import { exporterChoices } from './exporters.ts';
import type { OwnSdk } from './following-providers.ts';
import { startLogging } from './logger-provider.ts';
import { startMetering } from './meter-provider.ts';
import { startTracing } from './tracer-provider.ts';

const require = module.createRequire(import.meta.url);

const NO_TRACES: TracerProvider = new ProxyTracerProvider();
const NO_METRICS: MeterProvider = { getMeter: createNoopMeter };

type Client = typeof import('./export-thread/client.ts');

/** Most processes export nothing, and need none of it: they print, or show what an SDK of their own exports. */
const client = (): Client => outside(() => require('./export-thread/client.ts') as Client);

/** @param read gives the settings when the SDK starts: an application may set variables before its first call. */
export function ownSdk(read: () => AutoSettings): OwnSdk {
  const sdk = once(() => prepare(read()));
  const tracers = once(() => {
    noteConfigFile(read());
    return guarded(NO_TRACES, () => sdk().tracers());
  });
  const meters = once(() => guarded(NO_METRICS, () => sdk().meters()));
  const loggers = once(() => guarded(undefined, () => sdk().loggers()));
  const spans = once(() => guarded(undefined, () => sdk().spans()));
  const atStart = read();
  // At the first call, the process may have too many files open.
  if (mayExport(atStart)) client();
  if (isMainThread && !atStart.sdkDisabled) shareThread(read, () => guarded(undefined, () => sdk().thread()));
  return {
    ...{ tracers, meters, loggers, spans },
    flush: async () => started?.drain(),
    isStarted: () => started !== undefined,
    close: () => started?.close?.(),
  };
}

const mayExport = ({ sdkDisabled, traceExporters, metricExporters, logExporters }: AutoSettings): boolean =>
  !sdkDisabled && traceExporters.length + metricExporters.length + logExporters.length > 0;

interface Sdk extends Omit<OwnSdk, 'flush' | 'isStarted' | 'close'> {
  /** Undefined where nothing is exported. */
  thread(): ExportThread | undefined;
}

/** The export of this thread, once it is started. */
let started: ExportThread | undefined;
/** Through which worker threads reach the export thread of this one. */
let relay: RelayOffer | undefined;

/** Worker threads of the process export by the export thread of the main thread, which it starts for them if it must. */
function shareThread(read: () => AutoSettings, thread: () => ExportThread | undefined): void {
  const offer = offerRelay(() => exported(read()), thread);
  relay = offer;
  process.once('worker', () => atExit(flushExports));
}

const exported = (settings: AutoSettings) => ({
  signals: {
    traces: sendingExporters(settings, 'traces').length > 0,
    metrics: sendingExporters(settings, 'metrics').length > 0,
    logs: sendingExporters(settings, 'logs').length > 0,
  },
  env: settings.env,
});

function prepare(settings: AutoSettings): Sdk {
  const none: Sdk = {
    thread: () => undefined,
    tracers: () => NO_TRACES,
    meters: () => NO_METRICS,
    loggers: () => undefined,
    spans: () => undefined,
  };
  if (settings.sdkDisabled) return none;
  const relayed = relayOf(settings.env, settings.isServerless);
  if (relayed) {
    atExit(() => relayed.thread.flush());
    started = relayed.thread;
    return exporting(relayed.signals, () => relayed.thread);
  }
  checkEndpoints(settings);
  checkTlsFiles(settings);
  const traces = exporterChoices('trace', sendingExporters(settings, 'traces'));
  const metrics = exporterChoices('metrics', sendingExporters(settings, 'metrics'));
  const logs = exporterChoices('logs', sendingExporters(settings, 'logs'));
  if (traces.length + metrics.length + logs.length === 0) return none;
  const thread = once(() => startThread(settings, { traces, metrics, logs }));
  const signals = { traces: traces.length > 0, metrics: metrics.length > 0, logs: logs.length > 0 };
  return exporting(signals, thread);
}

/** OpenTelemetry's declarative configuration: where it is set, nothing but the file is to hold. */
function noteConfigFile(settings: AutoSettings): void {
  if (!isMainThread || settings.sdkDisabled || !settings.env['OTEL_CONFIG_FILE']?.trim()) return;
  const finding = {
    code: 'no-effect',
    message: 'OTEL_CONFIG_FILE is set, and the SDK that llmtrace starts does not read the file',
    cure: 'Set OTEL_EXPORTER_OTLP_ENDPOINT and other variables, or start an OpenTelemetry SDK that reads it',
    lost: settings.traceExporters.length === 0,
  } as const;
  note(finding, true);
}

const exporting = ({ traces, metrics, logs }: RelayedSignals, thread: () => ExportThread): Sdk => ({
  thread,
  tracers: () => (traces ? startTracing(thread()) : NO_TRACES),
  meters: () => (metrics ? startMetering(thread()) : NO_METRICS),
  loggers: () => (logs ? startLogging(thread()) : undefined),
  spans: () => (traces ? (span) => thread().send({ span: toWire(span) }) : undefined),
});

function startThread(
  settings: AutoSettings,
  exporters: Pick<Parameters<Client['startExportThread']>[0], 'traces' | 'metrics' | 'logs'>,
): ExportThread {
  const { metricInterval, metricTimeout, batching, resourceDetectors, logLevel, env } = settings;
  const { exitTimeout: timeout, isServerless: isPrompt } = settings;
  const thread = client().startExportThread(
    {
      ...exporters,
      ...{ metricInterval, metricTimeout, batching, resourceDetectors, logLevel },
      queueBytes: settings.exportQueueBytes,
      processAttributes: processAttributes(resourceDetectors),
    },
    env,
    { timeout, isPrompt, relay: relay?.setup },
  );
  started = thread;
  atExit(flushExports);
  return thread;
}

/** Has all exported that was sent so far, by worker threads too; an exit waits for it. */
export function flushExports(): void {
  started?.flush(relay?.collect());
}

function processAttributes(detectors: readonly string[]): Attributes {
  if (!detectors.includes('process') && !detectors.includes('all')) return {};
  const { detectResources, processDetector } =
    require('./opentelemetry/resources.ts') as typeof import('./opentelemetry/resources.ts');
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
    warnOnce(
      'OpenTelemetry could not be started; nothing is exported until the process is started again. ' +
        'OTEL_LOG_LEVEL=error says why',
    );
    return fallback;
  }
}
