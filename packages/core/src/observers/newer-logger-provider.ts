import * as api from '@opentelemetry/api';
import type { EventLoggerProvider } from '../model/event-logger.ts';

/**
 * The provider of the Logs API within `@opentelemetry/api`, where that has one (1.10 and later): it is not the one of
 * `@opentelemetry/api-logs`, which `InstrumentationBase` of the 0.2xx line asks.
 */
export function newerLoggerProvider(): EventLoggerProvider | undefined {
  // `Reflect.get`, because bundlers reject or warn of an import that the installed version does not export.
  const logs = Reflect.get(api, 'logs') as { getLoggerProvider(): EventLoggerProvider } | undefined;
  return logs?.getLoggerProvider();
}
