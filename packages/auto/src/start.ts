/** The steps of loading `@llmtrace/auto`. None of them may fail the application. */
import {
  endOpenCalls,
  type InstrumentationEntry,
  type LlmInstrumentation,
  type LlmTraceConfig,
  type Observer,
  type ProcessWide,
  processWide,
  resolveConfig,
  warnOnce,
} from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { type AutoConfig, environmentOf, splitOptions } from './auto-options.ts';
import { loadConfigFile } from './config-file.ts';
import { consoleObservers } from './console/observer.ts';
import { examineIfAsked } from './doctor/index.ts';
import { watchNativeClients } from './esm/native-clients.ts';
import { registerEsmHook } from './esm/register.ts';
import { watchAgentProcesses } from './process/agent-processes.ts';
import { preloadByPath } from './process/children.ts';
import { endCallsAtExit } from './process/exit.ts';
import { onFlush } from './process/flush.ts';
import { lateVariablesObserver } from './process/late-variables.ts';
import { type Lifecycle, setLifecycle } from './process/lifecycle.ts';
import { isFirst } from './process/once-per-thread.ts';
import { here } from './process/own-files.ts';
import { adoptPm2Environment } from './process/pm2.ts';
import { noteTsNode } from './process/ts-node.ts';
import { watchStarts } from './process/without-flags.ts';
import { prometheusObservers, stopPrometheus } from './prometheus.ts';
import { sharedLimits } from './redis.ts';
import { printDiag } from './sdk/diag-logger.ts';
import { withOwnSdk } from './sdk/export-both.ts';
import {
  type Followers,
  followProviders,
  isRegistered,
  type OwnSdk,
  ownsSpans,
} from './sdk/following-providers.ts';
import { ownSdk } from './sdk/own-sdk.ts';
import { lendPropagation } from './sdk/propagation.ts';
import { autoSettings, setInCode } from './settings.ts';
import { hintObserver } from './start-hint.ts';
import { wantedVendors } from './vendors.ts';

/** Starts llmtrace in this thread, once. */
export function start(): void {
  try {
    adoptPm2Environment();
    const settings = autoSettings();
    examineIfAsked(settings, 'auto');
    preloadByPath(here);
    if (settings.enabled && isFirst('auto')) instrument();
  } catch (error) {
    diag.error('llmtrace: could not start', error);
    warnOnce('could not start; nothing is traced. OTEL_LOG_LEVEL=error says why');
  }
}

function instrument(): void {
  printDiag(autoSettings().logLevel);
  noteTsNode();
  const settings = autoSettings(); // again: its warnings have a listener now
  const vendors = wantedVendors(settings);
  registerEsmHook(vendors.map(({ vendor }) => vendor));
  endCallsAtExit();
  watch(watchAgentProcesses);
  watch(watchNativeClients);
  watch(() => watchStarts(vendors.map(({ vendor }) => vendor.module)));
  const late = lateVariablesObserver();
  const file = loadConfigFile(settings.configFile, warnOnce);
  setInCode(environmentOf(splitOptions(file).auto));
  const sdk = ownSdk(autoSettings);
  const followers = followProviders(sdk, autoSettings);
  onFlush(followers.tracers.forceFlush);
  lendPropagation(() => autoSettings().propagators);
  const started: Started = { sdk, followers, late, file, instrumentations: new Map() };
  const wanted = file.instrumentations ? wantedVendors(autoSettings()) : vendors;
  const config = prepare(file, wanted, started);
  for (const { vendor, Instrumentation } of wanted)
    started.instrumentations.set(vendor.module, new Instrumentation(config));
  setLifecycle(lifecycleOf(started));
}

/** Runs what only warns: where that fails, calls are traced all the same. */
function watch(begin: () => void): void {
  try {
    begin();
  } catch (error) {
    diag.error('llmtrace: could not watch for untraced calls', error);
  }
}

interface Exports {
  readonly sdk: OwnSdk;
  readonly followers: Followers;
  /** Warns of variables that are set too late. */
  readonly late: Observer;
}

/** Starts the observers that the settings name. @returns the options of the instrumentations. */
function prepare(
  options: AutoConfig,
  vendors: readonly InstrumentationEntry[],
  { sdk, followers, late }: Exports,
): LlmTraceConfig {
  const settings = autoSettings();
  const { traced } = splitOptions(options);
  const observers = [
    ...prometheusObservers(settings, traced),
    ...consoleObservers(settings, () => !isRegistered()),
  ];
  if (observers.length === 0) observers.push(...hints(traced, vendors));
  observers.push(late);
  const isBoth = settings.exportTo === 'both';
  const exportsBoth = (): boolean => isBoth && !ownsSpans();
  const providers = isBoth ? withOwnSdk(followers, sdk) : followers;
  Object.assign(processWide(), { observers, ownsSpans, exportsBoth, ...providers } satisfies ProcessWide);
  return resolveConfig({ ...traced, ...sharedLimits(settings, traced) });
}

interface Started extends Exports {
  readonly file: AutoConfig;
  /** The instrumentations by their modules. */
  readonly instrumentations: Map<string, LlmInstrumentation>;
}

function lifecycleOf(started: Started): Lifecycle {
  let inCode: object | undefined;
  let ending: Promise<void> | undefined;
  return {
    get state() {
      return ending ? 'shut-down' : 'running';
    },
    configure(options) {
      if (Object.keys(options).length === 0 || options === inCode) return;
      if (ending) warnOnce('llmtrace.start() has no effect after llmtrace.shutdown(), which is for good');
      else if (inCode) warnOnce('llmtrace.start() was called before; the options of the first time apply');
      else reconfigure(started, options);
      inCode ??= options;
    },
    shutdown(flush) {
      ending ??= shutDown(started, flush);
      return ending;
    },
  };
}

/** Options in code take precedence over those of the file, field by field. */
function reconfigure(started: Started, options: AutoConfig): void {
  const { sdk, file, instrumentations } = started;
  if (sdk.isStarted?.() && options.exporters !== undefined)
    warnOnce(
      '`exporters` has no effect: telemetry is exported already. Call llmtrace.start() before the first call of an SDK',
    );
  const complete = { ...file, ...options };
  setInCode(environmentOf(splitOptions(complete).auto));
  const wanted = wantedVendors(autoSettings());
  const config = prepare(complete, wanted, started);
  const isWanted = (module: string) => wanted.some(({ vendor }) => vendor.module === module);
  for (const [module, instrumentation] of instrumentations) {
    instrumentation.setConfig(config);
    if (config.enabled === false || !isWanted(module)) instrumentation.disable();
  }
  for (const { vendor, Instrumentation } of wanted)
    if (!instrumentations.has(vendor.module))
      instrumentations.set(vendor.module, new Instrumentation(config));
}

async function shutDown(
  { sdk, instrumentations }: Pick<Started, 'sdk' | 'instrumentations'>,
  flush: () => Promise<void>,
): Promise<void> {
  endOpenCalls();
  for (const instrumentation of instrumentations.values()) instrumentation.disable();
  await flush();
  sdk.close?.();
  await stopPrometheus();
}

/** The line that calls are shown nowhere, unless the options show them. */
function hints(
  { log, hooks, observers }: LlmTraceConfig,
  vendors: readonly InstrumentationEntry[],
): Observer[] {
  if (log !== undefined || hooks !== undefined || observers?.length) return [];
  const names = namesToShow(vendors);
  return [hintObserver({ read: autoSettings, names, isRegistered: () => isRegistered() })];
}

/** Instruments the SDKs, if there are any, and with them the HTTP clients that send requests without an SDK. */
function namesToShow(vendors: readonly InstrumentationEntry[]): string[] {
  const sdks = vendors.filter(({ vendor }) => vendor.requests !== undefined);
  return (sdks.length > 0 ? sdks : vendors).map(({ name }) => name);
}
