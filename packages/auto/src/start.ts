/** What loading `@llmtrace/auto` does. None of it may fail the application. */
import { autoSettings, type LlmTraceConfig, type Observer } from '@llmtrace/core';
import { diag } from '@opentelemetry/api';
import type { LoggerProvider } from '@opentelemetry/api-logs';
import { loadConfigFile } from './config-file.ts';
import { consoleObservers } from './console.ts';
import { printDiag } from './diagnostics.ts';
import { examineIfAsked } from './doctor.ts';
import { registerEsmHook } from './esm-hook.ts';
import { endCallsAtExit } from './exit.ts';
import { hintObserver } from './hint.ts';
import { isFirst } from './once.ts';
import { ownSdk } from './own-sdk.ts';
import { prometheusObservers } from './prometheus.ts';
import { type Followers, followProviders, isRegistered } from './providers.ts';
import { sharedLimits } from './redis.ts';
import { noteTsNode } from './ts-node.ts';
import { type LoadedVendor, wantedVendors } from './vendors.ts';
import { warn } from './warn.ts';

/** Starts llmtrace in this thread, once. */
export function start(): void {
  try {
    const settings = autoSettings();
    examineIfAsked(settings, 'auto');
    if (settings.enabled && isFirst('auto')) instrument();
  } catch (error) {
    diag.error('llmtrace: could not start', error);
    warn('could not start; nothing is traced. OTEL_LOG_LEVEL=error says why');
  }
}

function instrument(): void {
  printDiag(autoSettings().logLevel);
  noteTsNode();
  const settings = autoSettings(); // again: what it has to say is heard now
  const vendors = wantedVendors(settings);
  registerEsmHook(vendors.map(({ vendor }) => vendor));
  endCallsAtExit();
  const followers = followProviders(ownSdk(autoSettings));
  const config = loadConfigFile(settings.configFile, warn);
  const observers = [
    ...(config.observers ?? []),
    ...prometheusObservers(settings),
    ...consoleObservers(settings, () => !isRegistered(followers)),
  ];
  if (observers.length === 0) observers.push(...hints(config, vendors, followers));
  const shared = sharedLimits(settings, config);
  for (const { Instrumentation } of vendors) {
    const instrumentation = new Instrumentation({ ...config, ...shared, observers });
    instrumentation.setTracerProvider(followers.tracers);
    instrumentation.setMeterProvider(followers.meters);
    instrumentation.setLoggerProvider(followers.loggers as LoggerProvider);
  }
}

/** What says that calls are shown nowhere, unless the options have them shown. */
function hints(
  { log, hooks }: LlmTraceConfig,
  vendors: readonly LoadedVendor[],
  followers: Followers,
): Observer[] {
  if (log !== undefined || hooks !== undefined) return [];
  const names = vendors.map(({ name }) => name);
  return [hintObserver({ read: autoSettings, names, isRegistered: () => isRegistered(followers) })];
}
