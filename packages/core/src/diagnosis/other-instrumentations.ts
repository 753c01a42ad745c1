/**
 * Detects other instrumentations of a vendor's SDK. Two instrumentations make two spans for each call, which the user
 * must know, since both are stored and paid for. Detection relies on two visible traces: the marks that
 * OpenTelemetry's wrapping helper leaves on functions, and diagnostics channels that have subscribers.
 */
import { hasSubscribers } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { type Finding, facts } from '../platform/process-state.ts';
import type { Vendor } from '../vendor/vendor.ts';
import { note } from './findings.ts';

type Traced = Pick<Vendor, 'module' | 'otherTracers'>;

/** Packages that instrument LLM SDKs say so in their names: `@opentelemetry/instrumentation-openai`, `openlit`. */
const PACKAGE =
  /[\\/]node_modules[\\/]((?:@[^\\/]{1,100}[\\/])?(?:openlit|[^\\/]{0,100}instrumentation-([^\\/]{1,100})))[\\/]/;

/** The known instrumentations, by the package that they instrument (`*`: all). */
const WRAPPERS = [
  '@opentelemetry/instrumentation-*',
  '@traceloop/instrumentation-*',
  '@arizeai/openinference-instrumentation-*',
  'openlit',
];

/**
 * The names of the other instrumentations of a vendor, each with a short way to switch it off if one exists; empty if
 * none is detected. Hand-written wrappers leave no mark and are not detected.
 *
 * @param methods a method of the SDK as it is found: from outside, and beneath the wrapper of llmtrace.
 */
export function othersTracing({ module, otherTracers = [] }: Traced, methods: readonly unknown[]): string[] {
  const listening = otherTracers.filter(([channel]) => hasSubscribers(channel));
  const names = listening.map(([, who]) => who);
  return methods.some(isMarked) ? [...names, ...wrappersOf(module)] : names;
}

/**
 * Warns once of other instrumentations of a vendor. It never throws, because it runs within the application's first
 * call.
 */
export function tellOthers(vendor: Traced, methods: () => readonly unknown[]): void {
  try {
    const names = othersTracing(vendor, methods());
    if (names.length > 0) note(alsoTraced(vendor.module, names), true);
  } catch {} // a getter threw: no detection
}

const alsoTracedCalls = (module: string): string => `calls of ${module} are also traced by `;

export const alsoTraced = (module: string, names: readonly string[]): Finding => ({
  code: 'second-instrumentation',
  message: `${alsoTracedCalls(module)}${names.join(', ')}: each has two spans`,
  cure: `Switch one of them off, or take ${module} from LLMTRACE_INSTRUMENTATIONS`,
  lost: false,
});

/** How the model spans of other libraries are reported: each fact once, as every call of a library says it again. */
export function otherSpansOf({ module }: Pick<Vendor, 'module'>) {
  const told = new Set<string>();
  const once = (fact: string, scope: string, tell: () => void): void => {
    const key = `${fact} ${scope}`;
    if (told.has(key) || told.size >= MAX_TOLD) return;
    told.add(key);
    tell();
  };
  return {
    adopted: (scope: string) => once('adopted', scope, () => note(completedSpans(module, scope), false)),
    besides: (scope: string) =>
      once('besides', scope, () => {
        const library = libraryOf(scope);
        if (!isNamed(module, library)) note(alsoTraced(module, [switchable(library)]), true);
      }),
    endedEarly: (scope: string) => once('endedEarly', scope, () => note(shortSpans(module, scope), true)),
  };
}

/** As many as there are findings. */
const MAX_TOLD = 100;

const completedSpans = (module: string, scope: string): Finding => ({
  code: 'native-tracing',
  message: `${adoptedCalls(module)}${scope}, whose spans llmtrace completes: a call has one span`,
  cure: 'Nothing needs to be done; LLMTRACE_NATIVE_SPANS=replace makes spans of llmtrace besides',
  lost: false,
});

const shortSpans = (module: string, scope: string): Finding => ({
  code: 'second-instrumentation',
  message: `spans of ${scope} end before their calls of ${module}: they lack tokens and cost`,
  cure: `Switch ${scope} off, or set LLMTRACE_NATIVE_SPANS=replace to have spans of llmtrace besides`,
  lost: true,
});

/** The package that makes the spans of a tracer: that of OpenLIT has a tracer for each SDK that it knows. */
const libraryOf = (scope: string): string => (scope.startsWith('@openlit/') ? 'openlit' : scope);

/** Whether a finding names a library already, by itself or among those that may have wrapped the method. */
function isNamed(module: string, library: string): boolean {
  const said = alsoTracedCalls(module);
  return facts().findings.some(({ message }) => {
    const [before, names = ''] = message.split(said);
    return before === '' && names.split(/[\s,:]+/).includes(library);
  });
}

const adoptedCalls = (module: string): string => `calls of ${module} are traced by `;

/** Whether the spans of another instrumentation have been those of a vendor's calls. */
export const hasAdopted = (module: string): boolean =>
  facts().findings.some(
    ({ code, message }) => code === 'native-tracing' && message.startsWith(adoptedCalls(module)),
  );

/** Whether OpenTelemetry's helper (shimmer) has wrapped a function. */
const isMarked = (method: unknown): boolean =>
  typeof method === 'function' && '__wrapped' in method && method.__wrapped === true;

/**
 * The instrumentations that may have left the mark: those loaded, else those installed, since a loaded ES module
 * leaves no trace.
 */
function wrappersOf(module: string): string[] {
  const [subject = module] = /[a-z]+/.exec(module) ?? [];
  const loaded = loadedFor(subject);
  if (loaded.length > 0) return [loaded.map(switchable).join(' or ')];
  const installed = WRAPPERS.map((name) => name.replace('*', subject)).filter(isInstalled);
  if (installed.length > 0) return [`what is probably ${installed.map(switchable).join(' or ')}`];
  return ['an instrumentation that is not known'];
}

function loadedFor(subject: string): string[] {
  const found = new Set<string>();
  const { cache } = createRequire(resolve('index.js'));
  for (const file of Object.keys(cache)) {
    const [, path = '', instrumented = subject] = PACKAGE.exec(file) ?? [];
    const name = path.replaceAll('\\', '/');
    if (name !== '' && !name.startsWith('@llmtrace/') && instrumented.includes(subject)) found.add(name);
  }
  return [...found];
}

function isInstalled(name: string): boolean {
  try {
    return Boolean(createRequire(resolve(process.argv[1] ?? '.')).resolve(name));
  } catch {
    return false;
  }
}

function switchable(name: string): string {
  const [, short] = /^@opentelemetry\/instrumentation-(.+)$/.exec(name) ?? [];
  return short ? `${name} (OTEL_NODE_DISABLED_INSTRUMENTATIONS=${short})` : name;
}
