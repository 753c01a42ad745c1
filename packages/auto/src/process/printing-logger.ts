/**
 * Prints messages of `diag`. They contain texts of receivers, vendors and models, and so may contain secrets and
 * control characters.
 */
import { inspect } from 'node:util';
import { printableLines, withoutSecrets } from '@llmtrace/core/internal';
import type { DiagLogger } from '@opentelemetry/api';
import { printLine } from './stderr.ts';

const METHODS = ['error', 'warn', 'info', 'debug', 'verbose'] as const;

/** Prints no secrets, and nothing that a terminal acts on; and nothing on stdout, as OpenTelemetry's own logger does. */
export function printingLogger(print: (line: string) => void = printLine): DiagLogger {
  const log = (...values: unknown[]): void => print(values.map(clean).join(' '));
  return Object.fromEntries(METHODS.map((method) => [method, log])) as Record<
    (typeof METHODS)[number],
    typeof log
  >;
}

const clean = (value: unknown): string =>
  withoutSecrets(printableLines(typeof value === 'string' ? value : inspect(value)));
