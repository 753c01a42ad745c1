/** `OTEL_LOG_LEVEL`: prints the messages of OpenTelemetry's `diag`, as the specification defines. */
import { type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { printingLogger } from '../process/printing-logger.ts';
import { lend, registered } from './provisional-registration.ts';

/**
 * Prints the messages of `diag` from `level` on, unless it has a logger already. The logger is lent: a registration would fix the
 * version of the API, so that newer copies would see nothing that is registered, and others could register nothing.
 */
export function printDiag(level: DiagLogLevel | undefined): void {
  if (level === undefined || registered('diag') !== undefined) return;
  lend('diag', upTo(level, printingLogger()));
}

const LEVELS = [
  ['error', DiagLogLevel.ERROR],
  ['warn', DiagLogLevel.WARN],
  ['info', DiagLogLevel.INFO],
  ['debug', DiagLogLevel.DEBUG],
  ['verbose', DiagLogLevel.VERBOSE],
] as const;

function upTo(wanted: DiagLogLevel, logger: DiagLogger): DiagLogger {
  for (const [method, level] of LEVELS) if (level > wanted) logger[method] = () => {};
  return logger;
}
