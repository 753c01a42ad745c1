/**
 * What whoever runs the application must know: that something they asked for is missing. It goes to `diag` where
 * somebody listens to it, and otherwise to the warnings of the process: `diag` alone is silent by default, and
 * nothing may be silently untraced.
 */
import { diag } from '@opentelemetry/api';
import { facts } from './facts.ts';

/** Where OpenTelemetry's API, in all its copies of version 1, keeps what is registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
const MAX_SAID = 1000;
const said = new Set<string>();

/** Warns, each time. `atOnce`: the process is about to end, and runs no later task, in which Node.js would warn. */
export function warn(message: string, atOnce = false): void {
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
