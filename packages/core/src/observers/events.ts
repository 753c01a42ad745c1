/**
 * Calls as OpenTelemetry log events, without content. They are built only where somebody takes them.
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/
 */

import type { Attributes, Context } from '@opentelemetry/api';
import * as api from '@opentelemetry/api';
import { endAttributes, type Naming, startAttributes } from '../attributes.ts';
import type { Call, Observer } from '../call.ts';
import { exceptionOf } from '../errors.ts';

/** What of a `LogRecord` is said. */
interface Event {
  eventName: string;
  severityNumber: number;
  severityText: string;
  attributes: Attributes;
  context: Context;
}

/** A logger of OpenTelemetry's, of either line of its Logs API; earlier ones have no `enabled`. */
export interface EventLogger {
  emit(event: Event): void;
  enabled?(options: Pick<Event, 'eventName' | 'severityNumber' | 'context'>): boolean;
}

/** What makes loggers. */
export interface EventLoggerProvider {
  getLogger(name: string, version: string, scope: { schemaUrl?: string }): EventLogger;
}

const EXCEPTION = {
  eventName: 'gen_ai.client.operation.exception',
  severityNumber: 13,
  severityText: 'WARN',
};
const DETAILS = {
  eventName: 'gen_ai.client.inference.operation.details',
  severityNumber: 5,
  severityText: 'DEBUG',
};

/**
 * The provider of the Logs API within `@opentelemetry/api`, where that has one (1.10 and later): it is not the one of
 * `@opentelemetry/api-logs`, which `InstrumentationBase` of the 0.2xx line asks.
 */
export const newerLoggerProvider = (): EventLoggerProvider | undefined =>
  (api as { logs?: { getLoggerProvider(): EventLoggerProvider } }).logs?.getLoggerProvider();

/**
 * Emits an event for each failed call, and in profile `latest` one for each inference.
 * @param loggers of which the first that takes an event gets it.
 */
export function eventObserver(loggers: readonly EventLogger[], naming: Naming): Observer {
  const takerOf = (event: Omit<Event, 'attributes'>): EventLogger | undefined =>
    loggers.find((logger) => logger.enabled?.(event) ?? true);
  return {
    end(call) {
      const { context } = call;
      if (call.outcome === 'failed') {
        const event = { ...EXCEPTION, context };
        takerOf(event)?.emit({ ...event, attributes: exceptionAttributes(call) });
      }
      if (naming.semconv === 'latest' && call.operation !== 'embeddings') {
        const event = { ...DETAILS, context };
        const attributes = (): Attributes => ({ ...startAttributes(call), ...endAttributes(call, naming) });
        takerOf(event)?.emit({ ...event, attributes: attributes() });
      }
    },
  };
}

function exceptionAttributes({ error }: Call): Attributes {
  const { type, message, stacktrace } = exceptionOf(error);
  const attributes: Attributes = { 'exception.type': type };
  if (message !== undefined) attributes['exception.message'] = message;
  if (stacktrace !== undefined) attributes['exception.stacktrace'] = stacktrace;
  return attributes;
}
