/** The log events in the export thread: OpenTelemetry's own processors and exporters. */
import module from 'node:module';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { LogRecord } from '@opentelemetry/api-logs';
import type { Resource } from '@opentelemetry/resources';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { ExporterModule } from './export-pipeline.ts';
import { full, type WireLog } from './wire.ts';

const require = module.createRequire(import.meta.url);

export interface LogPipeline {
  accept(log: WireLog): void;
  flush(): Promise<void>;
}

/** Undefined where no exporter takes log events: nothing of their SDK is then loaded. */
export function startLogPipeline(
  exporters: readonly ExporterModule[],
  resource: Resource,
): LogPipeline | undefined {
  if (exporters.length === 0) return undefined;
  const { LoggerProvider } = sdkLogs();
  const provider = new LoggerProvider({
    resource,
    processors: exporters.map(({ path }) => processorOf(path)),
  });
  return {
    accept({ record, scope: { name, version, schemaUrl }, span }) {
      const context = span ? trace.setSpanContext(ROOT_CONTEXT, full(span)) : ROOT_CONTEXT;
      const logger = provider.getLogger(name, version, schemaUrl === undefined ? {} : { schemaUrl });
      logger.emit({ ...(record as LogRecord), context });
    },
    flush: () => provider.forceFlush(),
  };
}

function processorOf(path: string | undefined): LogRecordProcessor {
  const { BatchLogRecordProcessor, ConsoleLogRecordExporter, SimpleLogRecordProcessor } = sdkLogs();
  if (path === undefined) return new SimpleLogRecordProcessor({ exporter: new ConsoleLogRecordExporter() });
  return new BatchLogRecordProcessor({ exporter: new (module.createRequire(path)(path).OTLPLogExporter)() });
}

const sdkLogs = () => require('@opentelemetry/sdk-logs') as typeof import('@opentelemetry/sdk-logs');
