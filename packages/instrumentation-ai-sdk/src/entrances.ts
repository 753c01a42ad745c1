/**
 * `generateText` and `streamText` of the AI SDK 4, 5 and 6: each is called with a copy of its options in which the SDK's own
 * telemetry is on and reports to a tracer of this package. The application's options stay as they are.
 */
import { type FunctionPoint, fields, type PatchedCall } from '@llmtrace/core';
import { isAgent } from './run.ts';
import { tracerOf } from './tracer.ts';

const OPTION = 'experimental_telemetry';

function around({ operations, original, args }: PatchedCall): unknown {
  const [options, ...rest] = args;
  return original(operations.safely(() => observed(operations, options)) ?? options, ...rest);
}

function observed(operations: PatchedCall['operations'], options: unknown): unknown {
  const { tools, abortSignal, [OPTION]: telemetry } = fields(options);
  if (!isAgent(tools) || fields(telemetry).isEnabled === true) return undefined;
  const changed = {
    ...fields(telemetry),
    isEnabled: true,
    // The SDK would write prompts as JSON.
    recordInputs: false,
    recordOutputs: operations.recordsContent,
    tracer: tracerOf(operations, abortSignal as AbortSignal | undefined),
  };
  return withProperty(options as object, OPTION, changed);
}

/** A copy with the same prototype and getters. */
function withProperty(original: object, key: string, value: unknown): object {
  const properties = Object.getOwnPropertyDescriptors(original);
  return Object.create(Object.getPrototypeOf(original), {
    ...properties,
    [key]: { value, enumerable: true, configurable: true, writable: true },
  });
}

const FILES = /^dist\/index\.m?js$/;

export const entrances: readonly FunctionPoint[] = ['generateText', 'streamText'].map((name) => ({
  files: FILES,
  name,
  until: '7.0.0',
  around,
}));
