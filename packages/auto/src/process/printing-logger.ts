/**
 * Prints messages of `diag`. They contain texts of receivers, vendors and models, and so may contain secrets and
 * control characters.
 */
import { inspect } from 'node:util';
import { printableLines, withoutSecrets } from '@llmtrace/core/internal';
import { DiagConsoleLogger, type DiagLogger } from '@opentelemetry/api';

const METHODS = ['error', 'warn', 'info', 'debug', 'verbose'] as const;

/** OpenTelemetry's own logger, which prints no secrets and nothing that a terminal acts on. */
export function printingLogger(logger: DiagLogger = new DiagConsoleLogger()): DiagLogger {
  for (const method of METHODS) {
    const print = logger[method].bind(logger);
    logger[method] = (message, ...args) => print(clean(message), ...args.map(clean));
  }
  return logger;
}

const clean = (value: unknown): string =>
  withoutSecrets(printableLines(typeof value === 'string' ? value : inspect(value)));
