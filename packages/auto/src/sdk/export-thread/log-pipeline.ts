/** The log events in the export thread: OpenTelemetry's own processors and exporters. */
import module from 'node:module';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { LogRecord } from '@opentelemetry/api-logs';
import { getNumberFromEnv } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type {
  LogRecordExporter,
  LogRecordProcessor,
  ReadableLogRecord,
  SdkLogRecord,
} from '@opentelemetry/sdk-logs';
import type { Batching } from '../../settings.ts';
import { reporting } from '../export-report/report.ts';
import { type ExporterChoice, makeExporter, otlp } from './exporter.ts';
import { Intake } from './intake.ts';
import { full, type WireLog } from './messages.ts';
import type { Contact, Setup } from './pipeline.ts';

const require = module.createRequire(import.meta.url);

export interface LogPipeline {
  accept(log: WireLog, bytes: number): void;
  flush(): Promise<void>;
}

/** Undefined where no exporter takes log events: nothing of their SDK is then loaded. */
export function startLogPipeline(
  setup: Setup,
  resource: Resource,
  contact: Contact,
): LogPipeline | undefined {
  if (setup.logs.length === 0) return undefined;
  const { LoggerProvider } = sdkLogs();
  const intake = new Intake<ReadableLogRecord>('logs', setup, contact);
  const ends = setup.logs.map((choice) => endOf(choice, intake, setup.batching.logs));
  const processors = ends.map(({ processor }) => processor);
  let bytes = 0;
  const admitting: LogRecordProcessor = {
    onEmit(record, context) {
      if (!intake.admit(record, bytes)) return;
      for (const processor of processors) processor.onEmit(record as SdkLogRecord, context);
    },
    async forceFlush() {
      await Promise.allSettled(processors.map((processor) => processor.forceFlush()));
      // A processor waits for what it has, and not for what its exporter is sending.
      await Promise.allSettled(ends.map(({ exporter }) => exporter.forceFlush?.()));
    },
    shutdown: async () => {},
  };
  const provider = new LoggerProvider({ resource, processors: [admitting], logRecordLimits: limits() });
  return {
    accept({ record, scope: { name, version, schemaUrl }, span }, size) {
      const context = span ? trace.setSpanContext(ROOT_CONTEXT, full(span)) : ROOT_CONTEXT;
      const logger = provider.getLogger(name, version, schemaUrl === undefined ? {} : { schemaUrl });
      bytes = size; // emitting ends before the next one begins
      logger.emit({ ...(record as LogRecord), context });
      if (intake.isDue()) void provider.forceFlush();
    },
    flush: () => provider.forceFlush(),
  };
}

/** Of our exporters and of those of other packages, which need have none. */
type FlushableExporter = LogRecordExporter & { forceFlush?(): Promise<void> };

interface End {
  readonly processor: LogRecordProcessor;
  readonly exporter: FlushableExporter;
}

function endOf(choice: ExporterChoice, intake: Intake<ReadableLogRecord>, batching: Batching): End {
  const { BatchLogRecordProcessor, ConsoleLogRecordExporter, SimpleLogRecordProcessor } = sdkLogs();
  const made = makeExporter<LogRecordExporter>(choice, {
    console: () => new ConsoleLogRecordExporter(),
    otlp: (encoding) => otlp().otlpLogExporter(encoding),
    exportName: 'OTLPLogExporter',
  });
  const exporter = reporting(made, intake.reporting);
  const processor =
    choice === 'console'
      ? new SimpleLogRecordProcessor({ exporter })
      : new BatchLogRecordProcessor({ exporter, ...batching });
  return { processor, exporter };
}

/** The SDK of logs reads none of the standard's variables by itself; that of traces does. */
const limits = () => ({
  ...known(
    'attributeCountLimit',
    numberOf('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
  ),
  ...known(
    'attributeValueLengthLimit',
    numberOf('OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
  ),
});

/** The first of the variables that is a number as the standard has it: none is negative. */
const numberOf = (...names: readonly string[]): number | undefined =>
  names.map(getNumberFromEnv).find((value) => value !== undefined && value >= 0);

const known = <K extends string>(key: K, value: number | undefined): { [key in K]?: number } =>
  value === undefined ? {} : ({ [key]: value } as { [key in K]: number });

const sdkLogs = () => require('../opentelemetry/logs.ts') as typeof import('../opentelemetry/logs.ts');
