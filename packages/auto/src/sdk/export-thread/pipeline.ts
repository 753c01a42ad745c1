/** The pipeline of the export thread: OpenTelemetry's processors, readers and exporters. */
import module from 'node:module';
import { recordAll } from '@llmtrace/core/record-all';
import { type Attributes, type DiagLogLevel, diag, type Histogram, type Meter } from '@opentelemetry/api';
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
import type { AutoSettings, Batching } from '../../settings.ts';
import { bytesOf, type Drops, type Ledger, SIGNALS, signalOf } from '../export-report/ledger.ts';
import { type Notify, reporting, reportUnderWay, unlessUnreachable } from '../export-report/report.ts';
import { type ExporterChoice, makeExporter, otlp } from './exporter.ts';
import { Intake } from './intake.ts';
import { type LogPipeline, startLogPipeline } from './log-pipeline.ts';
import { fromWire, type WireInstrument, type WireItem } from './messages.ts';

/** The start parameters. */
export interface Setup {
  traces: readonly ExporterChoice[];
  metrics: readonly ExporterChoice[];
  logs: readonly ExporterChoice[];
  metricInterval: number;
  metricTimeout: number;
  batching: AutoSettings['batching'];
  resourceDetectors: readonly string[];
  /** The facts about the process that only the application's thread knows. */
  processAttributes: Attributes;
  logLevel: DiagLogLevel | undefined;
  /** The largest number of waiting bytes, in total. */
  queueBytes: number;
  /** So long, in ms, an exit waits for a flush. */
  flushTimeout: number;
}

/** How it and the application's side know of each other. */
export interface Contact {
  readonly ledger: Ledger;
  readonly drops: Drops;
  readonly notify: Notify;
}

const require = module.createRequire(import.meta.url);

const DETECTORS: Readonly<Record<string, ResourceDetector>> = {
  env: envDetector,
  host: hostDetector,
  os: osDetector,
  serviceinstance: serviceInstanceIdDetector,
};

export class Pipeline {
  readonly #ledger: Ledger;
  readonly #flushTimeout: number;
  readonly #resource: Resource;
  readonly #spans: SpanPipeline;
  readonly #meters: MeterProvider | undefined;
  readonly #logs: LogPipeline | undefined;
  readonly #instruments = new Map<number, Recorder>();

  constructor(setup: Setup, contact: Contact) {
    const resource = resourceOf(setup);
    this.#ledger = contact.ledger;
    this.#flushTimeout = setup.flushTimeout;
    this.#resource = resource;
    this.#spans = startSpanPipeline(setup, contact);
    this.#meters = setup.metrics.length > 0 ? meterProvider(setup, resource, contact) : undefined;
    this.#logs = startLogPipeline(setup, resource, contact);
  }

  accept(item: WireItem): void {
    try {
      this.#accept(item);
    } catch (error) {
      diag.error('llmtrace: could not export', error); // it is lost alone
    }
  }

  /** Resolves when all that was accepted is exported, or cannot be. */
  async flush(): Promise<void> {
    const failed = setTimeout(reportUnderWay, this.#flushTimeout * 0.5, 'failed');
    const waited = setTimeout(reportUnderWay, this.#flushTimeout * 0.8, 'all');
    const flushes = [this.#spans.flush(), this.#meters?.forceFlush(), this.#logs?.flush()];
    await unlessUnreachable(Promise.allSettled(flushes));
    for (const timer of [failed, waited]) clearTimeout(timer);
    reportUnderWay('failed');
  }

  /** Ends the timer of the metrics. */
  close(): void {
    this.#meters?.shutdown().catch((error) => diag.error('llmtrace: could not stop the metrics', error));
  }

  #accept(item: WireItem): void {
    const bytes = bytesOf(item);
    if ('span' in item) this.#spans.accept(fromWire(item.span, this.#resource), bytes);
    else if ('log' in item && this.#logs) this.#logs.accept(item.log, bytes);
    else {
      this.#ledger.remove(signalOf(item), bytes);
      if (!('log' in item)) this.#measure(item);
    }
  }

  #measure(item: Exclude<WireItem, { span: unknown } | { log: unknown }>): void {
    if ('instrument' in item) {
      if (this.#meters) this.#instruments.set(item.instrument.id, recorderOf(this.#meters, item.instrument));
    } else {
      const [id, value, attributes] = item;
      this.#instruments.get(id)?.(value, attributes);
    }
  }
}

interface SpanPipeline {
  accept(span: ReadableSpan, bytes: number): void;
  flush(): Promise<unknown>;
}

function startSpanPipeline(setup: Setup, contact: Contact): SpanPipeline {
  const intake = new Intake<ReadableSpan>('traces', setup, contact);
  const exporters = setup.traces.map((choice) => spanExporter(choice, intake));
  const processors = exporters.map(({ exporter, batched }) =>
    spanProcessor(exporter, batched, setup.batching.traces),
  );
  const flush = async (): Promise<void> => {
    await Promise.allSettled(processors.map((processor) => processor.forceFlush()));
    await Promise.allSettled(exporters.map(({ exporter }) => exporter.forceFlush?.()));
  };
  return {
    accept(span, bytes) {
      if (!intake.admit(span, bytes)) return;
      for (const processor of processors) processor.onEnd(span);
      if (intake.isDue()) void flush();
    },
    flush,
  };
}

function resourceOf({ resourceDetectors: names, processAttributes }: Setup): Resource {
  const wanted = names.includes('all') ? Object.keys(DETECTORS) : names;
  const detectors = wanted.flatMap((name) => DETECTORS[name] ?? []);
  return defaultResource()
    .merge(resourceFromAttributes(processAttributes))
    .merge(detectResources({ detectors }));
}

function spanExporter(
  choice: ExporterChoice,
  intake: Intake<ReadableSpan>,
): { exporter: SpanExporter; batched: boolean } {
  const exporter = makeExporter<SpanExporter>(choice, {
    console: () => new (sdkTrace().ConsoleSpanExporter)(),
    otlp: (encoding) => otlp().otlpTraceExporter(encoding),
    exportName: 'OTLPTraceExporter',
  });
  return { exporter: reporting(exporter, intake.reporting), batched: choice !== 'console' };
}

function spanProcessor(exporter: SpanExporter, batched: boolean, batching: Batching): SpanProcessor {
  const { BatchSpanProcessor, SimpleSpanProcessor } = sdkTrace();
  return batched ? new BatchSpanProcessor(exporter, batching) : new SimpleSpanProcessor(exporter);
}

const sdkTrace = () => require('../opentelemetry/traces.ts') as typeof import('../opentelemetry/traces.ts');

function meterProvider(setup: Setup, resource: Resource, { drops, notify }: Contact): MeterProvider {
  const { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } =
    require('../opentelemetry/metrics.ts') as typeof import('../opentelemetry/metrics.ts');
  const exportIntervalMillis = setup.metricInterval;
  const exportTimeoutMillis = Math.min(setup.metricTimeout, exportIntervalMillis);
  const readers = setup.metrics.map((choice) => {
    const exporter = makeExporter<PushMetricExporter>(choice, {
      console: () => new ConsoleMetricExporter(),
      otlp: (encoding) => otlp().otlpMetricExporter(encoding),
      exportName: 'OTLPMetricExporter',
    });
    reporting(exporter, { signal: 'metrics', notify, settle() {}, countOf: () => 1 });
    return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis });
  });
  const meters = new MeterProvider({ resource, readers });
  countDrops(meters, drops);
  return meters;
}

/** Exports how much was lost, where something was. */
function countDrops(meters: MeterProvider, drops: Drops): void {
  const counter = meters.getMeter('@llmtrace/auto').createObservableCounter('llmtrace.export.dropped', {
    description: 'Telemetry that was lost: no more might wait for its export, or the export failed.',
    unit: '{item}',
  });
  counter.addCallback((result) => {
    for (const signal of SIGNALS)
      if (drops.of(signal) > 0) result.observe(drops.of(signal), { 'llmtrace.export.signal': signal });
  });
}

type Recorder = (value: number | Float64Array, attributes?: Attributes) => void;

function recorderOf(meters: MeterProvider, { kind, name, options, scope }: WireInstrument): Recorder {
  const schema = scope.schemaUrl === undefined ? {} : { schemaUrl: scope.schemaUrl };
  const meter: Meter = meters.getMeter(scope.name, scope.version, schema);
  const instrument = meter[kind](name, options);
  return (value, attributes) => {
    if (typeof value !== 'number') recordAll(instrument as Histogram, value, attributes ?? {});
    else if ('add' in instrument) instrument.add(value, attributes);
    else instrument.record(value, attributes);
  };
}
