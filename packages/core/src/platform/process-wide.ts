/**
 * The observers that `@llmtrace/auto` adds to every instrumentation of the process, including those that the
 * application makes itself: console output and counts must not depend on which instrumentation traces a call. They
 * run after the instrumentation's own observers.
 */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Observer } from '../model/call.ts';
import type { EventLoggerProvider } from '../model/event-logger.ts';
import { sharedInProcess } from './shared-in-process.ts';

export interface ProcessWide {
  observers?: readonly Observer[];
  tracers?: TracerProvider;
  meters?: MeterProvider;
  loggers?: EventLoggerProvider;
  /** Whether the process has no registered provider of traces, so that spans go to {@link tracers}. */
  ownsSpans?: () => boolean;
  /** Whether spans of llmtrace go to a registered provider and to llmtrace's, too, which does not get those of others. */
  exportsBoth?: () => boolean;
}

const SHARED = Symbol.for('llmtrace.process');

/** Shared by every copy of this module: its shape is a contract. */
export function processWide(): ProcessWide {
  return sharedInProcess(SHARED, (): ProcessWide => ({}));
}

/** Whether a provider records nothing: set-ups give such a one where none is registered. */
export const isNoop = (provider: object): boolean => String(provider.constructor?.name).startsWith('Noop');
