/**
 * `node --import @llmtrace/auto/hook`: only the hook that lets instrumentations see the vendors' ES modules, for
 * applications that set OpenTelemetry up themselves. It starts nothing and traces nothing.
 */
import { warnOnce } from '@llmtrace/core';
import { diag } from '@opentelemetry/api';
import { examineIfAsked } from './doctor/index.ts';
import { registerEsmHook } from './esm/register.ts';
import { preloadByPath } from './process/children.ts';
import { here } from './process/own-files.ts';
import { autoSettings } from './settings.ts';
import { wantedVendors } from './vendors.ts';

try {
  preloadByPath(here);
  const settings = autoSettings();
  examineIfAsked(settings, 'hook');
  if (settings.enabled) registerEsmHook(wantedVendors(settings).map(({ vendor }) => vendor));
} catch (error) {
  diag.error('llmtrace: could not start its hook', error);
  warnOnce('the hook for ES modules could not start; OTEL_LOG_LEVEL=error says why');
}
