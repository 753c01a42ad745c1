/** Which module has the exporter that an `OTEL_*_EXPORTER` variable names. */
import module from 'node:module';
import { note, optionalRoots } from '@llmtrace/core/internal';
import { here } from '../process/own-files.ts';
import type { AutoSettings } from '../settings.ts';
import type { ExporterModule } from './export-thread/pipeline.ts';

type ExporterSetting = AutoSettings['traceExporters'][number];

const VARIANTS: Readonly<Record<string, string>> = {
  'http/protobuf': 'proto',
  'http/json': 'http',
  grpc: 'grpc',
};

type Signal = 'trace' | 'metrics' | 'logs';

const VARIABLES: Readonly<Record<Signal, string>> = {
  trace: 'OTEL_TRACES_EXPORTER',
  metrics: 'OTEL_METRICS_EXPORTER',
  logs: 'OTEL_LOGS_EXPORTER',
};

/** The modules of the exporters that exist; each that does not is named in a warning. */
export function exporterModules(signal: Signal, settings: readonly ExporterSetting[]): ExporterModule[] {
  return settings.flatMap((setting) => exporterModule(signal, setting) ?? []);
}

function exporterModule(signal: Signal, { name, protocol }: ExporterSetting): ExporterModule | undefined {
  if (name === 'console') return { path: undefined };
  if (name !== 'otlp') {
    return none(
      `${VARIABLES[signal]}=${name} is not one of otlp, console, none; it is ignored`,
      `Set ${VARIABLES[signal]} to otlp`,
    );
  }
  const variant = VARIANTS[protocol];
  if (!variant) {
    const protocols = Object.keys(VARIANTS).join(', ');
    return none(
      `the OTLP protocol ${protocol} is not one of ${protocols}; nothing is exported`,
      'Set OTEL_EXPORTER_OTLP_PROTOCOL to one of them',
    );
  }
  const wanted = `@opentelemetry/exporter-${signal}-otlp-${variant}`;
  const path = find(wanted);
  if (path !== undefined) return { path };
  return none(
    `the OTLP protocol ${protocol} needs ${wanted}, which is not installed; nothing is exported`,
    `Install it: \`npm install ${wanted}\``,
  );
}

/** An unknown exporter produces a warning. */
function none(message: string, cure: string): undefined {
  note({ code: 'exporter', message, cure, lost: true }, true);
}

/** Looks for a module where this package is, then where llmtrace and the application are; never in the working directory. */
function find(name: string): string | undefined {
  for (const from of [here ?? [], optionalRoots()].flat()) {
    try {
      return module.createRequire(from).resolve(name);
    } catch {} // not there
  }
  return undefined;
}
