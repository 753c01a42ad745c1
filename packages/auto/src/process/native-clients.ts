/** Libraries whose native code sends the requests to models: nothing of Node.js sees them. */
import { facts, tellKind } from '@llmtrace/core/internal';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';

/** Each has its native code in a package for each platform, which it loads when it is loaded. */
const LIBRARIES = ['@boundaryml/baml'];
const C_LIBRARIES = ['', '-gnu', '-musl', '-msvc'];

class NativeClients extends InstrumentationBase {
  constructor() {
    super('@llmtrace/auto', '', {}); // it makes no spans, which would have its version
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    const { platform, arch } = process;
    return LIBRARIES.flatMap((library) =>
      C_LIBRARIES.map((suffix) => {
        const name = `${library}-${platform}-${arch}${suffix}`;
        return new InstrumentationNodeModuleDefinition(name, ['*'], (exports) => {
          tell(library);
          return exports;
        });
      }),
    );
  }
}

/** Warns once of each such library that is loaded, unless named SDKs alone are to be traced. */
export function watchNativeClients(): void {
  new NativeClients();
}

function tell(library: string): void {
  const isWanted = facts().instrumentations.some(
    (instrumentation) => instrumentation.tracesAnyClient && instrumentation.isEnabled(),
  );
  if (isWanted) tellKind(`calls that the native code of ${library} makes`, library);
}
