/** The steps of loading `@llmtrace/auto`. None of them may fail the application. */
import {
  type LlmTraceConfig,
  type Observer,
  type ProcessWide,
  processWide,
  warnOnce,
} from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { loadConfigFile } from './config-file.ts';
import { consoleObservers } from './console/observer.ts';
import { examineIfAsked } from './doctor/index.ts';
import { registerEsmHook } from './esm/register.ts';
import { preloadByPath } from './process/children.ts';
import { printDiag } from './process/diag-logger.ts';
import { endCallsAtExit } from './process/exit.ts';
import { onFlush } from './process/flush.ts';
import { isFirst } from './process/once-per-thread.ts';
import { here } from './process/own-files.ts';
import { adoptPm2Environment } from './process/pm2.ts';
import { noteTsNode } from './process/ts-node.ts';
import { watchStarts } from './process/without-flags.ts';
import { prometheusObservers } from './prometheus.ts';
import { sharedLimits } from './redis.ts';
import { followProviders, isRegistered } from './sdk/following-providers.ts';
import { ownSdk } from './sdk/own-sdk.ts';
import { lendPropagation } from './sdk/propagation.ts';
import { autoSettings } from './settings.ts';
import { hintObserver } from './start-hint.ts';
import { type LoadedVendor, wantedVendors } from './vendors.ts';

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
  watchStarts(vendors.map(({ vendor }) => vendor.module));
  const sdk = ownSdk(autoSettings);
  onFlush(sdk.flush);
  const followers = followProviders(sdk, autoSettings);
  lendPropagation(() => autoSettings().propagators);
  const config = loadConfigFile(settings.configFile, warnOnce);
  const observers = [
    ...prometheusObservers(settings, config),
    ...consoleObservers(settings, () => !isRegistered()),
  ];
  if (observers.length === 0) observers.push(...hints(config, vendors));
  Object.assign(processWide(), { observers, ...followers } satisfies ProcessWide);
  const shared = sharedLimits(settings, config);
  for (const { Instrumentation } of vendors) new Instrumentation({ ...config, ...shared });
}

/** The line that calls are shown nowhere, unless the options show them. */
function hints({ log, hooks, observers }: LlmTraceConfig, vendors: readonly LoadedVendor[]): Observer[] {
  if (log !== undefined || hooks !== undefined || observers?.length) return [];
  const names = namesToShow(vendors);
  return [hintObserver({ read: autoSettings, names, isRegistered: () => isRegistered() })];
}

/** Instruments the SDKs, if there are any, and with them the HTTP clients that send requests without an SDK. */
function namesToShow(vendors: readonly LoadedVendor[]): string[] {
  const sdks = vendors.filter(({ vendor }) => vendor.requests !== undefined);
  return (sdks.length > 0 ? sdks : vendors).map(({ name }) => name);
}
