/** `OTEL_LOG_LEVEL`: prints the messages of OpenTelemetry's `diag`, as the specification defines. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DiagLogLevel, diag } from '@opentelemetry/api';
import { apiVersionFrom } from './api-version.ts';
import { here } from './own-files.ts';
import { printingLogger } from './printing-logger.ts';

/** Prints the messages of `diag` from `level` on, unless it has a logger already. */
export function printDiag(level: DiagLogLevel | undefined): void {
  if (level === undefined || isListenedTo() || !isApplicationsApi()) return;
  diag.setLogger(printingLogger(), { logLevel: level });
}

function isListenedTo(): boolean {
  const globals = globalThis as { [key: symbol]: { diag?: unknown } | undefined };
  return globals[Symbol.for('opentelemetry.js.api.1')]?.diag !== undefined;
}

/**
 * Where the application has a copy of the API in another version, it must be the first to register: once this
 * copy had, its SDK would be refused.
 */
function isApplicationsApi(): boolean {
  const application = resolve(process.argv[1] ?? '.');
  const theirs = apiVersionFrom(pathToFileURL(application));
  return theirs === undefined || theirs === apiVersionFrom(here);
}
