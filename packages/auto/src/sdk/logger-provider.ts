/** The log events of the SDK that llmtrace starts: they are handed over, and exported in another thread. */
import type { EventLoggerProvider } from '@llmtrace/core/internal';
import { type Context, trace } from '@opentelemetry/api';

import type { ExportThread } from './export-thread/client.ts';
import { flat } from './export-thread/messages.ts';

export function startLogging(thread: ExportThread): EventLoggerProvider {
  return {
    getLogger(name, version, { schemaUrl }) {
      const scope = { name, version, schemaUrl };
      return {
        enabled: () => true,
        emit({ context, ...record }) {
          const span = spanOf(context);
          thread.send({ log: { record: { timestamp: Date.now(), ...record }, scope, span } });
        },
      };
    },
  };
}

function spanOf(context: Context | undefined): ReturnType<typeof flat> | undefined {
  const span = context && trace.getSpanContext(context);
  return span && flat(span);
}
