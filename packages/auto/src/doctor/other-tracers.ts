/**
 * Finds duplicate tracing of the same calls: by other instrumentations, by llmtrace loaded twice, and by an SDK that
 * traces itself.
 */
import {
  alsoTraced,
  type Facts,
  type Finding,
  facts,
  hasAdopted,
  othersTracing,
  processWide,
  type SdkCopy,
  type Vendor,
} from '@llmtrace/core/internal';

export const neighbours = (known: Facts, vendors: readonly Vendor[]): Finding[] => [
  ...ofSdks(known, vendors),
  ...ofGenkit(known),
];

function ofSdks({ copies, instrumentations }: Facts, vendors: readonly Vendor[]): Finding[] {
  return vendors.flatMap((vendor) => {
    const { module } = vendor;
    const patched = copies.filter((copy) => copy.module === module && copy.methods.size > 0);
    if (patched.length === 0) return [];
    const enabled = instrumentations.filter(
      (instrumentation) => instrumentation.module === module && instrumentation.isEnabled(),
    );
    return [
      ...others(vendor, patched),
      ...(enabled.length > 1 ? [twice(module)] : []),
      ...(vendor.native && patched.some((copy) => isNative(copy, vendor))
        ? [native(patched[0] as SdkCopy)]
        : []),
    ];
  });
}

/**
 * Other code that has wrapped a method, below llmtrace or above, or that subscribes to its calls; by name if known.
 */
function others(vendor: Vendor, patched: readonly SdkCopy[]): Finding[] {
  const methods = patched.flatMap((copy) => [...copy.methods.values()].flat());
  const seen = methods.flatMap(({ holder, name, before }) => [before, holder[name]]);
  const names = othersTracing(vendor, seen);
  const isTaken = methods.some(
    ({ holder, name, before, patched }) => holder[name] !== patched && holder[name] !== before,
  );
  if ((names.length === 0 && !isTaken) || hasAdopted(vendor.module)) return [];
  const finding = alsoTraced(
    vendor.module,
    names.length > 0 ? names : ['an instrumentation that is not known'],
  );
  return facts().findings.some(({ message }) => message === finding.message) ? [] : [finding];
}

/** The SDK's own helpers that start its spans are there from the version on that traces itself. */
const isNative = ({ methods }: SdkCopy, { native }: Vendor): boolean =>
  native?.helpers.some(({ path, method }) => methods.has(`${path}.${method}`)) ?? false;

/** Genkit has an OpenTelemetry SDK of its own. */
function ofGenkit({ copies }: Facts): Finding[] {
  const isPatched = copies.some(({ module, methods }) => module === '@genkit-ai/core' && methods.size > 0);
  if (!isPatched || !processWide().ownsSpans?.()) return [];
  return [
    {
      code: 'native-tracing',
      message:
        'genkit does not start its own OpenTelemetry SDK, which would export nothing; llmtrace makes the spans of its flows and tools',
      cure: 'Nothing needs to be done: with GENKIT_ENV=dev, GENKIT_TELEMETRY_SERVER or a plugin for telemetry, genkit starts it',
      lost: false,
    },
  ];
}

const twice = (module: string): Finding => ({
  code: 'second-instrumentation',
  message: `llmtrace instruments ${module} twice in this process; the one that came last traces its calls, once`,
  cure: 'Keep one: `--import @llmtrace/auto`, or the instrumentations of your own set-up',
  lost: false,
});

const native = ({ module, version = '' }: SdkCopy): Finding => ({
  code: 'native-tracing',
  message: `${module} ${version} traces itself; its spans are adopted, so a call has one span`.replace(
    '  ',
    ' ',
  ),
  cure: 'Nothing needs to be done; LLMTRACE_NATIVE_SPANS=replace puts spans of llmtrace in their place',
  lost: false,
});
