/** The vendors that are traced, by the names that `LLMTRACE_INSTRUMENTATIONS` knows. */
import module from 'node:module';
import {
  type AutoSettings,
  type LlmInstrumentation,
  type LlmTraceConfig,
  note,
  type Vendor,
} from '@llmtrace/core';
import { diag } from '@opentelemetry/api';
import { warn } from './warn.ts';

interface VendorEntry {
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
  {
    name: 'anthropic',
    load: () => pick(require('@llmtrace/instrumentation-anthropic'), 'anthropic', 'AnthropicInstrumentation'),
  },
  {
    name: 'google-genai',
    load: () =>
      pick(require('@llmtrace/instrumentation-google-genai'), 'googleGenAI', 'GoogleGenAIInstrumentation'),
  },
  {
    name: 'google-generative-ai',
    load: () =>
      pick(
        require('@llmtrace/instrumentation-google-generative-ai'),
        'googleGenerativeAI',
        'GoogleGenerativeAIInstrumentation',
      ),
  },
];

const pick = <K extends string, I extends string>(
  exports: Record<K, Vendor> & Record<I, LoadedVendor['Instrumentation']>,
  vendor: K,
  instrumentation: I,
): LoadedVendor => ({ vendor: exports[vendor], Instrumentation: exports[instrumentation] });

/** All vendors, whatever the settings ask for. */
export const allVendors = (): LoadedVendor[] => VENDORS.flatMap(loaded);

/** The vendors that the settings ask for: all, where they say nothing. */
export function wantedVendors({ instrumentations }: AutoSettings): LoadedVendor[] {
  const names = VENDORS.map(({ name }) => name);
  for (const name of instrumentations ?? []) {
    if (names.includes(name)) continue;
    warn(`expected LLMTRACE_INSTRUMENTATIONS to be of ${names.join(', ')}, got ${name}; it is ignored`);
  }
  return VENDORS.filter(({ name }) => instrumentations?.includes(name) ?? true).flatMap(loaded);
}

/** One that does not load is missing; the others are there. */
function loaded({ name, load }: VendorEntry): LoadedVendor[] {
  try {
    return [load()];
  } catch (error) {
    diag.error('llmtrace: could not load an instrumentation', error);
    note(
      {
        code: 'not-installed',
        what: `the instrumentation of ${name} does not load; its calls are not traced`,
        cure: 'Install `@llmtrace/auto` anew; OTEL_LOG_LEVEL=error says why',
        lost: true,
      },
      true,
    );
    return [];
  }
}
