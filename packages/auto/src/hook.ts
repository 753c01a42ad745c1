/**
 * `node --import @llmtrace/auto/hook`: only the hook that lets instrumentations see the vendors' ES modules, for
 * applications that set OpenTelemetry up themselves. It starts nothing and traces nothing.
 */
import { autoSettings } from '@llmtrace/core';
import { examineIfAsked } from './doctor.ts';
import { registerEsmHook } from './esm-hook.ts';
import { wantedVendors } from './vendors.ts';

const settings = autoSettings();
examineIfAsked(settings, 'hook');
if (settings.enabled) registerEsmHook(wantedVendors(settings).map(({ vendor }) => vendor));
