/**
 * `node --import @llmtrace/auto/hook`: only the hook that lets instrumentations see the vendors' ES modules, for
 * applications that set OpenTelemetry up themselves. It starts nothing and traces nothing.
 */
import { autoSettings } from '@llmtrace/core';
import { preloadByPath } from './children.ts';
import { examineIfAsked } from './doctor.ts';
import { registerEsmHook } from './esm-hook.ts';
import { wantedVendors } from './vendors.ts';

preloadByPath(import.meta.url);
const settings = autoSettings();
examineIfAsked(settings, 'other');
if (settings.enabled) registerEsmHook(wantedVendors(settings).map(({ vendor }) => vendor));
