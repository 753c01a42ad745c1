/** The part of OpenTelemetry's Logs API, of either line of it, that events take. */
import type { Context } from '@opentelemetry/api';

/** The fields of a `LogRecord` that llmtrace sets. */
export interface LogEvent {
  eventName: string;
  severityNumber: number;
  severityText: string;
  attributes: Record<string, unknown>;
  context: Context;
}

/** A logger of OpenTelemetry's, of either line of its Logs API; earlier ones have no `enabled`. */
export interface EventLogger {
  emit(event: LogEvent): void;
  enabled?(event: Omit<LogEvent, 'attributes'>): boolean;
}

/** A provider of loggers. */
export interface EventLoggerProvider {
  getLogger(name: string, version: string, scope: { schemaUrl?: string }): EventLogger;
}
