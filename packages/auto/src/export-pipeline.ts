/** What the export thread is made of: OpenTelemetry's own processors, readers and exporters. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import module from 'node:module';
import { type Attributes, type DiagLogLevel, diag, type Meter } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  type Resource,
  type ResourceDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import type { MeterProvider, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { startLogPipeline } from './export-logs.ts';
import type { LinkSetup } from './thread-link.ts';
import { fromWire, type WireInstrument, type WireItem } from './wire.ts';

/** An exporter by the module that has it; `console` has none. */
export interface ExporterModule {
  readonly path: string | undefined;
}

/** What the thread is started with. */
export interface Setup {
  /** Where it writes the number of the last flush that is done. */
  flushed: Int32Array;
  link: LinkSetup;
  traces: readonly ExporterModule[];
  metrics: readonly ExporterModule[];
  logs: readonly ExporterModule[];
  metricInterval: number | undefined;
  metricTimeout: number | undefined;
  resourceDetectors: readonly string[];
  /** What only the application's thread knows of the process. */
  processAttributes: Attributes;
  logLevel: DiagLogLevel | undefined;
}

export interface Pipeline {
  accept(item: WireItem): void;
  /** Resolves when all that was accepted is exported, or cannot be. */
  flush(): Promise<void>;
}

const require = module.createRequire(import.meta.url);

const DETECTORS: Readonly<Record<string, ResourceDetector>> = {
  env: envDetector,
  host: hostDetector,
  os: osDetector,
  serviceinstance: serviceInstanceIdDetector,
};

export function startPipeline(setup: Setup): Pipeline {
  const resource = resourceOf(setup);
  const spanExporters = setup.traces.map(({ path }) => spanExporter(path));
  const processors = spanExporters.map(({ exporter, batched }) => spanProcessor(exporter, batched));
  const meters = setup.metrics.length > 0 ? meterProvider(setup, resource) : undefined;
  const logs = startLogPipeline(setup.logs, resource);
  const instruments = new Map<number, (value: number, attributes?: Attributes) => void>();

  const endSpan = (span: ReadableSpan): void => {
    for (const processor of processors) processor.onEnd(span);
  };

  return {
    accept(item) {
      if ('span' in item) {
        endSpan(fromWire(item.span, resource));
      } else if ('log' in item) {
        logs?.accept(item.log);
      } else if ('instrument' in item) {
        if (meters) instruments.set(item.instrument.id, recorderOf(meters, item.instrument));
      } else {
        const [id, value, attributes] = item;
        instruments.get(id)?.(value, attributes);
      }
    },
    async flush() {
      const all = async () => {
        const traces = processors.map((one) => one.forceFlush());
        await Promise.allSettled([...traces, meters?.forceFlush(), logs?.flush()]);
        await Promise.allSettled(spanExporters.map(({ exporter }) => exporter.forceFlush?.()));
      };
      await unlessUnreachable(all());
    },
  };
}

function resourceOf({ resourceDetectors: names, processAttributes }: Setup): Resource {
  const wanted = names.includes('all') ? Object.keys(DETECTORS) : names;
  const detectors = wanted.flatMap((name) => DETECTORS[name] ?? []);
  return defaultResource()
    .merge(resourceFromAttributes(processAttributes))
    .merge(detectResources({ detectors }));
}

function spanExporter(path: string | undefined): { exporter: SpanExporter; batched: boolean } {
  if (path !== undefined) return { exporter: new (require(path).OTLPTraceExporter)(), batched: true };
  const { ConsoleSpanExporter } = sdkTrace();
  return { exporter: new ConsoleSpanExporter(), batched: false };
}

function spanProcessor(exporter: SpanExporter, batched: boolean): SpanProcessor {
  const { BatchSpanProcessor, SimpleSpanProcessor } = sdkTrace();
  return batched ? new BatchSpanProcessor(exporter) : new SimpleSpanProcessor(exporter);
}

const sdkTrace = () =>
  require('@opentelemetry/sdk-trace-base') as typeof import('@opentelemetry/sdk-trace-base');

function meterProvider(setup: Setup, resource: Resource): MeterProvider {
  const { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } =
    require('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');
  const exportIntervalMillis = setup.metricInterval ?? 60_000;
  const exportTimeoutMillis = Math.min(setup.metricTimeout ?? 30_000, exportIntervalMillis);
  const readers = setup.metrics.map(({ path }) => {
    const exporter: PushMetricExporter =
      path === undefined ? new ConsoleMetricExporter() : new (require(path).OTLPMetricExporter)();
    return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis });
  });
  return new MeterProvider({ resource, readers });
}

type Recorder = (value: number, attributes?: Attributes) => void;

function recorderOf(meters: MeterProvider, { kind, name, options, scope }: WireInstrument): Recorder {
  const schema = scope.schemaUrl === undefined ? {} : { schemaUrl: scope.schemaUrl };
  const meter: Meter = meters.getMeter(scope.name, scope.version, schema);
  const instrument = meter[kind](name, options);
  return (value, attributes) => {
    if ('add' in instrument) instrument.add(value, attributes);
    else instrument.record(value, attributes);
  };
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Resolves with `work`, or once nobody answers at an exporter's address: it would try again for longer than an exit may wait. */
async function unlessUnreachable(work: Promise<unknown>): Promise<void> {
  let failed = (_message: unknown): void => {};
  const gone = new Promise<void>((resolve) => {
    failed = (message) => {
      const { error } = message as { error?: NodeJS.ErrnoException };
      if (!UNREACHABLE.has(error?.code ?? '')) return;
      diag.error('llmtrace: nobody answers where telemetry is exported to', error);
      resolve();
    };
  });
  subscribe('http.client.request.error', failed);
  await Promise.race([work, gone]);
  unsubscribe('http.client.request.error', failed);
}
