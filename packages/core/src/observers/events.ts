/**
 * Emits calls as OpenTelemetry log events, with message content only if it is enabled. An event is built only if a
 * logger takes it. https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/
 */

import type { Attributes } from '@opentelemetry/api';
import { exceptionOf } from '../errors/index.ts';
import type { Call, Observer } from '../model/call.ts';
import type { EventLogger, LogEvent } from '../model/event-logger.ts';
import {
  allAttributes,
  attributionAttributes,
  contentAttributes,
  errorDescription,
  type Naming,
  progressAttributes,
  startAttributes,
} from './attributes.ts';

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

const START = {
  eventName: 'llmtrace.client.operation.start',
  severityNumber: 5,
  severityText: 'DEBUG',
};

const PROGRESS = { ...START, eventName: 'llmtrace.client.operation.progress' };
/** With the 100 ms of the export, and the 250 ms in which `llmtrace view` notifies its pages once, a chunk is seen in 0.5 s. */
const PROGRESS_MS = 150;

const takerOf = (
  loggers: readonly EventLogger[],
  event: Omit<LogEvent, 'attributes'>,
): EventLogger | undefined => loggers.find((logger) => logger.enabled?.(event) ?? true);

/** Emits an event when each call starts. A running call has no exported span: spans are exported when they end. */
export const startEventObserver = (loggers: readonly EventLogger[]): Observer => ({
  start(call) {
    const event = { ...START, context: call.context };
    takerOf(loggers, event)?.emit({ ...event, attributes: startAttributes(call) });
  },
});

/** Emits an event at the first chunk of a stream, and as further chunks arrive: at most one in 150 ms for each call. */
export function progressEventObserver(loggers: readonly EventLogger[]): Observer {
  const emittedAt = new WeakMap<Readonly<Call>, number>();
  return {
    chunk(call, _chunk, now) {
      if (now - (emittedAt.get(call) ?? Number.NEGATIVE_INFINITY) < PROGRESS_MS) return;
      emittedAt.set(call, now);
      const event = { ...PROGRESS, context: call.context };
      takerOf(loggers, event)?.emit({ ...event, attributes: progressAttributes(call) });
    },
  };
}

/**
 * Emits an event for each failed call, and one for each inference in profile `latest` or where that has the content.
 * @param loggers the first one that accepts an event gets it.
 * @param content whether message content is recorded, and the maximum length of each text.
 */
export function eventObserver(
  loggers: readonly EventLogger[],
  naming: Naming,
  content?: { readonly maxLength: number | undefined },
): Observer {
  return {
    end(call) {
      const { context } = call;
      if (call.outcome === 'failed') {
        const event = { ...EXCEPTION, context };
        takerOf(loggers, event)?.emit({ ...event, attributes: exceptionAttributes(call, content) });
      }
      if ((naming.semconv === 'latest' || content) && call.operation !== 'embeddings') {
        const event = { ...DETAILS, context };
        const attributes = (): Record<string, unknown> => ({
          ...allAttributes(call, naming),
          ...(content ? contentAttributes(call, content.maxLength) : {}),
        });
        takerOf(loggers, event)?.emit({ ...event, attributes: attributes() });
      }
    },
  };
}

function exceptionAttributes(call: Call, content?: { readonly maxLength: number | undefined }): Attributes {
  const { type, message, stacktrace } = exceptionOf(call.error, errorDescription(call, content));
  const attributes: Attributes = {
    ...attributionAttributes(call.attributes),
    'exception.type': type,
    'exception.message': message,
  };
  if (stacktrace !== undefined) attributes['exception.stacktrace'] = stacktrace;
  return attributes;
}
