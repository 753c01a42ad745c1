/** The vendors that are traced, by the names that `LLMTRACE_INSTRUMENTATIONS` knows. */
import module from 'node:module';
import type { AutoSettings, LlmInstrumentation, LlmTraceConfig, Vendor } from '@llmtrace/core';
import { warn } from './warn.ts';

export interface VendorEntry {
  readonly name: string;
  /** Loads the instrumentation: not before it is known that it is wanted. */
  load(): LoadedVendor;
}

export interface LoadedVendor {
  readonly vendor: Vendor;
  readonly Instrumentation: new (config: LlmTraceConfig) => LlmInstrumentation;
}

const require = module.createRequire(import.meta.url);

const VENDORS: readonly VendorEntry[] = [
  {
    name: 'openai',
    load: () => pick(require('@llmtrace/instrumentation-openai'), 'openai', 'OpenAIInstrumentation'),
  },
];

const pick = <K extends string, I extends string>(
  exports: Record<K, Vendor> & Record<I, LoadedVendor['Instrumentation']>,
  vendor: K,
  instrumentation: I,
): LoadedVendor => ({ vendor: exports[vendor], Instrumentation: exports[instrumentation] });

/** The vendors that the settings ask for: all, where they say nothing. */
export function wantedVendors({ instrumentations }: AutoSettings): readonly VendorEntry[] {
  if (instrumentations === undefined) return VENDORS;
  const names = VENDORS.map(({ name }) => name);
  for (const name of instrumentations) {
    if (names.includes(name)) continue;
    warn(`expected LLMTRACE_INSTRUMENTATIONS to be of ${names.join(', ')}, got ${name}; it is ignored`);
  }
  return VENDORS.filter(({ name }) => instrumentations.includes(name));
}
