/** Patches a copy of an SDK that was loaded before the instrumentation was made. */
import type { Sdk } from './sdks.ts';

/** The modules that an instrumentation patches, as OpenTelemetry's base class has them. */
interface Patches {
  getModuleDefinitions?(): unknown;
  init?(): unknown;
}

interface Definition {
  readonly name: string;
  readonly patch?: (exports: unknown, version?: string) => unknown;
}

/** Lets `instrumentation` patch `sdk`, as it would have when the SDK was loaded. */
export function patchLoaded(instrumentation: object, { package: name, version, exports }: Sdk): void {
  const { init } = instrumentation as Patches;
  const definitions = (init?.call(instrumentation) ?? []) as Definition[];
  for (const { name: module, patch } of definitions) {
    if (module === name) patch?.(exports, version);
  }
}
