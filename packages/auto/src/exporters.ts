/** Which module has the exporter that an `OTEL_*_EXPORTER` variable names. */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AutoSettings } from '@llmtrace/core';
import type { ExporterModule } from './export-pipeline.ts';
import { warn } from './warn.ts';

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
    warn(`expected ${VARIABLES[signal]} to be of otlp, console, none, got ${name}; it is ignored`);
    return undefined;
  }
  const variant = VARIANTS[protocol];
  if (!variant) {
    warn(`expected the OTLP protocol to be one of ${Object.keys(VARIANTS).join(', ')}, got ${protocol}`);
    return undefined;
  }
  const wanted = `@opentelemetry/exporter-${signal}-otlp-${variant}`;
  const path = find(wanted);
  if (path !== undefined) return { path };
  warn(`the OTLP protocol ${protocol} needs ${wanted}, which is not installed; nothing is exported`);
  return undefined;
}

/** Looks for a module where this package is, then where the application is. */
function find(name: string): string | undefined {
  for (const from of [import.meta.url, pathToFileURL(`${process.cwd()}/`)]) {
    try {
      return module.createRequire(from).resolve(name);
    } catch {} // not there
  }
  return undefined;
}
