/** Which exporter an `OTEL_*_EXPORTER` variable names. */
import module from 'node:module';
import { note, optionalRoots } from '@llmtrace/core/internal';
import { here } from '../process/own-files.ts';
import type { AutoSettings } from '../settings.ts';
import type { ExporterChoice } from './export-thread/exporter.ts';
import type { Encoding } from './export-thread/otlp.ts';

type ExporterSetting = AutoSettings['traceExporters'][number];

/** By the protocol that `OTEL_EXPORTER_OTLP_PROTOCOL` names. The package of gRPC is the owner's to install: it has 20 MB. */
const PROTOCOLS: Readonly<Record<string, Encoding | 'grpc'>> = {
  'http/protobuf': 'protobuf',
  'http/json': 'json',
  grpc: 'grpc',
};

type Signal = 'trace' | 'metrics' | 'logs';

const VARIABLES: Readonly<Record<Signal, string>> = {
  trace: 'OTEL_TRACES_EXPORTER',
  metrics: 'OTEL_METRICS_EXPORTER',
  logs: 'OTEL_LOGS_EXPORTER',
};

/** The exporters that exist; each that does not is named in a warning. */
export function exporterChoices(signal: Signal, settings: readonly ExporterSetting[]): ExporterChoice[] {
  return settings.flatMap((setting) => exporterChoice(signal, setting) ?? []);
}

function exporterChoice(signal: Signal, { name, protocol }: ExporterSetting): ExporterChoice | undefined {
  if (name === 'console') return 'console';
  if (name !== 'otlp') {
    return none(
      `${VARIABLES[signal]}=${name} is not one of otlp, console, none; it is ignored`,
      `Set ${VARIABLES[signal]} to otlp`,
    );
  }
  const encoding = PROTOCOLS[protocol];
  if (encoding === undefined) {
    const protocols = Object.keys(PROTOCOLS).join(', ');
    return none(
      `the OTLP protocol ${protocol} is not one of ${protocols}; nothing is exported`,
      'Set OTEL_EXPORTER_OTLP_PROTOCOL to one of them',
    );
  }
  return encoding === 'grpc' ? grpcExporter(signal) : encoding;
}

function grpcExporter(signal: Signal): ExporterChoice | undefined {
  const wanted = `@opentelemetry/exporter-${signal}-otlp-grpc`;
  const path = find(wanted);
  if (path !== undefined) return { path };
  return none(
    `the OTLP protocol grpc needs ${wanted}, which is not installed; nothing is exported`,
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
