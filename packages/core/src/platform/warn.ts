/**
 * Warnings for the operator of the application: a configured feature is missing. They go to `diag` if the
 * application has set a logger for it, and otherwise to the process's warnings: `diag` alone is silent by default,
 * and every untraced call must produce a warning.
 */
import { diag } from '@opentelemetry/api';
import { cut } from './bounds.ts';
import { printableLines } from './printable.ts';
import { facts } from './process-state.ts';
import { withoutSecrets } from './secrets.ts';

/** The global on which all copies of version 1 of OpenTelemetry's API keep the registered providers. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
const MAX_SAID = 1000;
const warned = new Set<string>();

/** No warning of llmtrace is longer; the values in it may be. */
const MAX_WARNING = 2000;

/**
 * Warns, each time. The values that a warning names are from outside, and may be anything.
 *
 * @param atOnce the process is about to end, and runs no later task, in which Node.js would warn.
 */
export function warn(text: string, atOnce = false): void {
  const message = shown(text);
  const { diag: listener } = (Reflect.get(globalThis, REGISTERED) ?? {}) as { diag?: unknown };
  if (listener) diag.warn(`llmtrace: ${message}`);
  else if (atOnce) process.emit('warning', Object.assign(new Error(message), { name: 'llmtrace' }));
  else process.emitWarning(message, 'llmtrace');
}

/** Warns, once a message. */
export function warnOnce(message: string, atOnce = false): void {
  if (warned.has(message) || warned.size >= MAX_SAID) return;
  warned.add(message);
  facts().warnings.push(message);
  warn(message, atOnce);
}

/**
 * Warns once a message of a setting that costs money or removes a protection. It always is a process warning, because
 * a logger of `diag` may print nothing.
 */
export function alarmOnce(message: string): void {
  if (warned.has(message) || warned.size >= MAX_SAID) return;
  warned.add(message);
  facts().warnings.push(message);
  process.emitWarning(shown(message), 'llmtrace');
  diag.warn(`llmtrace: ${shown(message)}`);
}

const shown = (text: string): string => withoutSecrets(printableLines(cut(text, MAX_WARNING)));
