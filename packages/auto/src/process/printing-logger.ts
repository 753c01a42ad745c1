/** What `diag` says, printed. Texts of receivers, vendors and models are within it: they carry secrets and controls. */
import { inspect } from 'node:util';
import { printableLines, withoutSecrets } from '@llmtrace/core';
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
