/**
 * What whoever runs the application must know: that something they asked for is missing. It goes to `diag` where
 * somebody listens to it, and otherwise to the warnings of the process: `diag` alone is silent by default, and
 * nothing may be silently untraced.
 */
import { diag } from '@opentelemetry/api';
import { cut } from './bounds.ts';
import { printableLines } from './printable.ts';
import { facts } from './process-state.ts';
import { withoutSecrets } from './secrets.ts';

/** Where OpenTelemetry's API, in all its copies of version 1, keeps what is registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
const MAX_SAID = 1000;
const said = new Set<string>();

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
  if (said.has(message) || said.size >= MAX_SAID) return;
  said.add(message);
  facts().warnings.push(message);
  warn(message, atOnce);
}

/**
 * Warns, once a message, of what costs money or opens what was to be closed: by a warning of the process even where
 * `diag` has a listener, which may print nothing.
 */
export function alarmOnce(message: string): void {
  if (said.has(message) || said.size >= MAX_SAID) return;
  said.add(message);
  facts().warnings.push(message);
  process.emitWarning(shown(message), 'llmtrace');
  diag.warn(`llmtrace: ${shown(message)}`);
}

const shown = (text: string): string => withoutSecrets(printableLines(cut(text, MAX_WARNING)));
