/**
 * Libraries whose native code asks models, by requests or in the process: nothing of Node.js sees it. That code is seen as it is loaded, by a
 * method of modules and not by OpenTelemetry's hook: that keeps modules that llmtrace loads from instrumentations which come later.
 */
import module from 'node:module';
import { facts, tellKind } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { replace } from './replace.ts';

/** Each has its native code in a package for each platform. */
const NATIVE_CODE =
  /[\\/]node_modules[\\/](?:(@boundaryml[\\/]baml)-[^\\/]+|@(node-llama-cpp)[\\/][^\\/]+)[\\/]/;

/** Warns once of each such library that is loaded, unless named SDKs alone are to be traced. */
export function watchNativeClients(): void {
  replace(module.prototype, 'load', (load) => {
    return function (this: unknown, ...args) {
      const [, scoped, name] = NATIVE_CODE.exec(String(args[0])) ?? [];
      const library = scoped?.replace('\\', '/') ?? name;
      if (library !== undefined) tell(library);
      return load.apply(this, args);
    };
  });
}

function tell(library: string): void {
  try {
    const isWanted = facts().instrumentations.some(
      (instrumentation) => instrumentation.tracesAnyClient && instrumentation.isEnabled(),
    );
    if (isWanted) tellKind(`calls that the native code of ${library} makes`, library);
  } catch (error) {
    diag.error(`llmtrace: could not look at ${library}`, error); // the application's module loads
  }
}
