/** The files of certificates and keys that the environment names for exports. */
import { type Finding, note } from '@llmtrace/core/internal';
import type { AutoSettings } from '../settings.ts';
import { endpointOf } from './otlp-endpoint.ts';

type Environment = AutoSettings['env'];

const NO_CLIENT = 'exports show no certificate of the client';
const NO_PEM = 'is no PEM: no secure connection can be made';
/** What holds without the file, as OpenTelemetry's exporters have it. */
const WITHOUT = {
  CERTIFICATE: 'exports trust the authorities that Node.js brings along, and no other',
  CLIENT_CERTIFICATE: NO_CLIENT,
  CLIENT_KEY: NO_CLIENT,
} as const;

const SIGNALS = ['traces', 'metrics', 'logs'] as const;

type KindOfFile = keyof typeof WITHOUT;

const KINDS = Object.keys(WITHOUT) as KindOfFile[];

/** Reports files that cannot be used, for signals that are sent over TLS. */
export function checkTlsFiles(settings: AutoSettings): void {
  const { env } = settings;
  const secure = SIGNALS.filter((signal) => /^https:/i.test(endpointOf(settings, signal) ?? ''));
  for (const kind of KINDS) {
    // Mostly one variable is that of all signals.
    for (const name of new Set(secure.map((signal) => variableOf(env, signal, kind)))) {
      const finding = name && findingOf(name, `${env[name]}`.trim(), kind);
      if (finding) note(finding, true);
    }
  }
}

/** The variable that names a file of a signal. */
function variableOf(env: Environment, signal: string, kind: KindOfFile): string | undefined {
  const names = [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${kind}`, `OTEL_EXPORTER_OTLP_${kind}`];
  return names.find((name) => env[name]?.trim());
}

function findingOf(name: string, path: string, kind: KindOfFile): Finding | undefined {
  const fault = faultOf(path);
  if (!fault) return undefined;
  return {
    code: 'export-tls',
    message: `${name}=${path} ${fault === NO_PEM ? NO_PEM : `${fault}: ${WITHOUT[kind]}`}`,
    cure: `Name a file in PEM that the process can read; a path without / at its start begins at ${process.cwd()}`,
    lost: true,
  };
}

/** A list of all authorities has 0.2 MB. */
const MAX_SIZE = 2 ** 22;

/** Why a file cannot be used; undefined where it can. A pipe is not read: what is read from it is gone. */
function faultOf(path: string): string | undefined {
  const { accessSync, constants, readFileSync, statSync } = process.getBuiltinModule('node:fs');
  try {
    accessSync(path, constants.R_OK);
    const found = statSync(path);
    if (found.isDirectory()) return 'is a folder';
    if (!found.isFile() || found.size > MAX_SIZE) return undefined;
    return readFileSync(path, 'latin1').includes('-----BEGIN ') ? undefined : NO_PEM;
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no reason is known'})`;
  }
}
