/**
 * `generateText` and `streamText` of the AI SDK 4, 5 and 6: each is called with a copy of its options in which the SDK's own
 * telemetry is on and reports to a tracer of this package. Where the application has it on, its own tracer makes the spans. The
 * application's options stay as they are.
 */
import { fields, type PatchedCall } from '@llmtrace/core';
import { type Tracer, trace } from '@opentelemetry/api';
import { isAgent, isSentNowhere } from './run.ts';
import { type Queue, tracerOf } from './tracer.ts';

const OPTION = 'experimental_telemetry';

export function streamText({ operations, original, args }: PatchedCall, queue: Queue): unknown {
  if (!operations.tracesAgents) return original(...args);
  const [options, ...rest] = args;
  return original(operations.safely(() => observed(operations, options, queue)) ?? options, ...rest);
}

/** A stream does not tell whether its model has sent a request. */
export async function generateText(call: PatchedCall, queue: Queue): Promise<unknown> {
  const { operations } = call;
  const tellUnseen = operations.watchUnseen();
  const result = await streamText(call, queue);
  operations.safely(() => isSentNowhere(result) && tellUnseen());
  return result;
}

function observed(operations: PatchedCall['operations'], options: unknown, queue: Queue): unknown {
  const { tools, abortSignal, [OPTION]: telemetry } = fields(options);
  if (!isAgent(tools)) return undefined;
  const tracerFor = (theirs?: Tracer): Tracer =>
    tracerOf(operations, abortSignal as AbortSignal | undefined, theirs, queue);
  const silent = {
    ...fields(telemetry),
    isEnabled: true,
    // The SDK would write prompts as JSON.
    recordInputs: false,
    recordOutputs: operations.recordsContent,
    tracer: tracerFor(),
  };
  if (fields(telemetry).isEnabled !== true) return withTelemetry(options as object, silent, silent);
  const tracer = tracerFor((fields(telemetry).tracer as Tracer | undefined) ?? trace.getTracer('ai'));
  return withTelemetry(options as object, { ...fields(telemetry), tracer }, silent);
}

/**
 * A copy with the same prototype and getters. Sentry turns the telemetry of a call off within the call, so that the SDK makes no
 * spans besides its own: llmtrace's tracer makes none of the SDK's.
 */
function withTelemetry(original: object, telemetry: object, silent: object): object {
  let current = telemetry;
  const properties = Object.getOwnPropertyDescriptors(original);
  return Object.create(Object.getPrototypeOf(original), {
    ...properties,
    [OPTION]: {
      get: () => current,
      set(value) {
        current = fields(value).isEnabled === false ? silent : value;
      },
      enumerable: true,
      configurable: true,
    },
  });
}
