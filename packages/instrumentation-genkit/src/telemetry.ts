/**
 * Genkit starts an OpenTelemetry SDK of its own at its first run, and registers it: all spans of the process then go there.
 * Without a development server or a plugin for telemetry, that SDK exports nothing. It is not started where it would take the
 * place of llmtrace's provider.
 */
import { fields, type Operations, type PatchedCall } from '@llmtrace/core';

export function enableTelemetry({ operations, original, args }: PatchedCall): unknown {
  const isLeftOut = operations.safely(() => exportsNothing(args[0]) && operations.ownsSpans());
  return isLeftOut ? Promise.resolve() : original(...args);
}

/** A plugin passes a configuration, or a promise of one; Genkit's first run passes an empty object. */
function exportsNothing(config: unknown): boolean {
  const { GENKIT_ENV, GENKIT_TELEMETRY_SERVER } = process.env;
  if (GENKIT_ENV === 'dev' || GENKIT_TELEMETRY_SERVER) return false;
  return !(config instanceof Promise) && Object.keys(fields(config)).length === 0;
}

/** Whether the spans of Genkit's own tracer are exported by another SDK than llmtrace's. */
export const hasOwnSpans = (operations: Operations): boolean => !operations.ownsSpans();
