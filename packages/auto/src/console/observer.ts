/** The printing observer, for settings that enable it: most processes need none of its code. */
import module from 'node:module';
import type { Observer } from '@llmtrace/core/internal';
import type { AutoSettings } from '../settings.ts';

const require = module.createRequire(import.meta.url);

let shared: Observer | undefined;

/**
 * The printing observer, if the settings enable it; without a setting, if stderr is a terminal and the calls would be
 * shown nowhere else. A thread has only one, so that it prints one table.
 *
 * @param isUnseen whether the calls are seen nowhere else, asked at each call: an application may set
 * OpenTelemetry up late.
 */
export function consoleObservers(settings: AutoSettings, isUnseen: () => boolean): Observer[] {
  const { console: wanted, color, traceExporters, metricExporters } = settings;
  if (wanted === false) return [];
  const { isatty } = require('node:tty') as typeof import('node:tty');
  const isLooking = isatty(2);
  if (!wanted && !(isLooking && traceExporters.length + metricExporters.length === 0)) return [];
  const { consoleObserver } = require('./printer.ts') as typeof import('./printer.ts');
  shared ??= consoleObserver({ color: color && isLooking, isOn: () => wanted === true || isUnseen() });
  return [shared];
}
