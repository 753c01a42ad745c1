/** `@llmtrace/auto/instrumentations`: all instrumentations at once, for an OpenTelemetry set-up of your own. */
import {
  expectConfig,
  type LlmInstrumentation,
  type LlmTraceConfig,
  resolveConfig,
  warnOnce,
} from '@llmtrace/core/internal';
import { environmentOf, splitOptions } from './auto-options.ts';
import { loadConfigFile } from './config-file.ts';
import { consoleObservers } from './console/observer.ts';
import { examineIfAsked } from './doctor/index.ts';
import { prometheusObservers } from './prometheus.ts';
import { sharedLimits } from './redis.ts';
import { autoSettings, setInCode } from './settings.ts';
import { wantedVendors } from './vendors.ts';

/**
 * Makes the instrumentations of all vendors, or of those that `LLMTRACE_INSTRUMENTATIONS` names, for
 * `new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] })`. They patch an SDK when it is loaded: make
 * them before that. `require` needs nothing else; for SDKs that are imported the process also needs
 * OpenTelemetry's hook for ES modules: start it with `--import @llmtrace/auto/hook`, which does only that, or
 * import `@llmtrace/auto/hook` before the SDKs.
 *
 * @param config for each of them. Options that it does not set come from the file that `LLMTRACE_CONFIG` names, and
 * then from the environment.
 * @throws TypeError for an option that has a wrong value.
 */
export function llmtraceInstrumentations(config: LlmTraceConfig = {}): LlmInstrumentation[] {
  const variables = autoSettings();
  examineIfAsked(variables, 'list');
  if (!variables.enabled) return [];
  const file = splitOptions(loadConfigFile(variables.configFile, warnOnce));
  setInCode(environmentOf(file.auto));
  const settings = autoSettings();
  const options = { ...file.traced, ...expectConfig(config) };
  const withLimits = { ...options, ...sharedLimits(settings, options) };
  const showing = [...prometheusObservers(settings, options), ...consoleObservers(settings, () => false)];
  const observers = [...(withLimits.observers ?? []), ...showing];
  const complete = resolveConfig({ ...withLimits, observers });
  return wantedVendors(settings).map(({ Instrumentation }) => new Instrumentation(complete));
}
