/** What loading `@llmtrace/auto` does. None of it may fail the application. */
import { isatty } from 'node:tty';
import { type AutoSettings, autoSettings, type Observer } from '@llmtrace/core';
import { diag } from '@opentelemetry/api';
import { consoleObserver } from './console.ts';
import { printDiag } from './diagnostics.ts';
import { registerEsmHook } from './esm-hook.ts';
import { isFirst } from './once.ts';
import { ownSdk } from './own-sdk.ts';
import { type Followers, followProviders, isRegistered } from './providers.ts';
import { wantedVendors } from './vendors.ts';

/** Starts llmtrace in this thread, once. */
export function start(): void {
  try {
    if (isFirst('auto') && autoSettings().enabled) instrument();
  } catch (error) {
    diag.error('llmtrace: could not start; nothing is traced', error);
  }
}

function instrument(): void {
  printDiag(autoSettings().logLevel);
  const settings = autoSettings(); // again: what it has to say is heard now
  const vendors = wantedVendors(settings);
  registerEsmHook(vendors);
  const followers = followProviders(ownSdk(autoSettings));
  const observers = observersOf(settings, followers);
  for (const { load } of vendors) {
    const instrumentation = new (load().Instrumentation)({ observers });
    instrumentation.setTracerProvider(followers.tracers);
    instrumentation.setMeterProvider(followers.meters);
  }
}

/**
 * Calls are printed where it is asked for; and where nothing is said, if they would be seen nowhere else and
 * somebody looks.
 */
function observersOf(settings: AutoSettings, followers: Followers): Observer[] {
  const { console: wanted, color, traceExporters, metricExporters } = settings;
  const looking = isatty(2);
  const unseen = traceExporters.length + metricExporters.length === 0;
  if (!(wanted ?? (looking && unseen))) return [];
  return [
    consoleObserver({
      color: color && looking,
      isOn: () => wanted === true || !isRegistered(followers),
    }),
  ];
}
