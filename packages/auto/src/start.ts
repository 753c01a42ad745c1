/** What loading `@llmtrace/auto` does. None of it may fail the application. */
import { autoSettings } from '@llmtrace/core';
import { diag } from '@opentelemetry/api';
import type { LoggerProvider } from '@opentelemetry/api-logs';
import { loadConfigFile } from './config-file.ts';
import { consoleObservers } from './console.ts';
import { printDiag } from './diagnostics.ts';
import { examineIfAsked } from './doctor.ts';
import { registerEsmHook } from './esm-hook.ts';
import { endCallsAtExit } from './exit.ts';
import { onFlush } from './flush.ts';
import { isFirst } from './once.ts';
import { ownSdk } from './own-sdk.ts';
import { adoptPm2Environment } from './pm2.ts';
import { prometheusObservers } from './prometheus.ts';
import { followProviders, isRegistered } from './providers.ts';
import { sharedLimits } from './redis.ts';
import { wantedVendors } from './vendors.ts';
import { warn } from './warn.ts';
import { watchStarts } from './without-flags.ts';

/** Starts llmtrace in this thread, once. */
export function start(): void {
  try {
    adoptPm2Environment();
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
  const settings = autoSettings(); // again: what it has to say is heard now
  const vendors = wantedVendors(settings);
  registerEsmHook(vendors.map(({ vendor }) => vendor));
  endCallsAtExit();
  watchStarts(vendors.map(({ vendor }) => vendor.module));
  const own = ownSdk(autoSettings);
  onFlush(own.flush);
  const followers = followProviders(own);
  const config = loadConfigFile(settings.configFile, warn);
  const observers = [
    ...(config.observers ?? []),
    ...prometheusObservers(settings),
    ...consoleObservers(settings, () => !isRegistered(followers)),
  ];
  const shared = sharedLimits(settings, config);
  for (const { Instrumentation } of vendors) {
    const instrumentation = new Instrumentation({ ...config, ...shared, observers });
    instrumentation.setTracerProvider(followers.tracers);
    instrumentation.setMeterProvider(followers.meters);
    instrumentation.setLoggerProvider(followers.loggers as LoggerProvider);
  }
}
