/** A call of a patched method: one of an endpoint, an operation, or a helper of the SDK that starts a native span. */
import { context } from '@opentelemetry/api';
import { tellOthers } from './diagnosis/other-instrumentations.ts';
import { tellKind } from './diagnosis/untraced-kinds.ts';
import { instrumented } from './engine/engine.ts';
import type { EngineConfig } from './engine/engine-config.ts';
import { report } from './engine/guard.ts';
import { asModelSpan, recordedSpanIn } from './engine/native/model-spans.ts';
import { silently } from './engine/native/native-span.ts';
import { operationsOf } from './engine/operations/operations.ts';
import { facts, tally } from './platform/process-state.ts';
import type { Endpoint, EndpointPoint, OperationPoint, PatchPoint, Vendor } from './vendor/vendor.ts';

type Original = (this: unknown, ...args: unknown[]) => unknown;

export function patchedCall(
  engine: EngineConfig,
  point: PatchPoint,
  original: Original,
  self: unknown,
  args: unknown[],
): unknown {
  if (isOperation(point)) return runOperation(engine, point, original, self, args);
  if (!isEndpoint(point)) return help(engine, original, self, args);
  const endpoint = endpointOf(engine, point, args);
  if (!endpoint) return original.apply(self, args);
  tally(facts().traced, engine.vendor.module);
  return instrumented(engine, endpoint, original, self, args);
}

/** Reports other instrumentations, unless the span of one is that of the call. */
export function lookForOthers(
  vendor: Vendor,
  engine: EngineConfig | undefined,
  methods: () => readonly unknown[],
): void {
  const span = engine?.nativeSpans === 'adopt' ? recordedSpanIn(context.active()) : undefined;
  if (!span || !asModelSpan(span)) tellOthers(vendor, methods);
}

/** Undefined for calls that are not traced: those of models are reported. */
function endpointOf(
  engine: EngineConfig,
  point: EndpointPoint,
  args: readonly unknown[],
): Endpoint | undefined {
  const { untracedOf, module } = engine.vendor;
  try {
    const endpoint = point.endpoint(args);
    const kind = endpoint ? undefined : untracedOf?.(args);
    if (kind !== undefined) tellKind(`calls of ${module} (${kind})`, module);
    return endpoint;
  } catch (error) {
    report(engine, 'start', error);
    return undefined;
  }
}

/** Runs a helper that starts a native span, and prevents that if the call gets llmtrace's span instead. */
function help(
  { nativeSpans, vendor }: EngineConfig,
  original: Original,
  self: unknown,
  args: unknown[],
): unknown {
  const { native, client } = vendor;
  const run = (): unknown => original.apply(self, args);
  return native && nativeSpans === 'replace' ? silently(native, client(self), run) : run();
}

function runOperation(
  engine: EngineConfig,
  point: OperationPoint,
  original: Original,
  self: unknown,
  args: unknown[],
): unknown {
  if (!engine.agents && !point.isAlways) return original.apply(self, args);
  let hasRun = false;
  const run = (...runArgs: unknown[]): unknown => {
    hasRun = true;
    return original.apply(self, runArgs);
  };
  try {
    return point.around({ operations: operationsOf(engine), original: run, self, args });
  } catch (error) {
    if (hasRun) throw error; // the application's, or the framework's
    report(engine, 'start', error);
    return original.apply(self, args);
  }
}

const isOperation = (point: PatchPoint): point is OperationPoint => 'around' in point;

const isEndpoint = (point: PatchPoint): point is EndpointPoint => 'endpoint' in point;
