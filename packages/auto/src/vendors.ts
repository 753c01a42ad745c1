/** The vendors that are traced, by the names that `LLMTRACE_INSTRUMENTATIONS` knows. */
import module from 'node:module';
import {
  type LlmInstrumentation,
  type LlmTraceConfig,
  nearest,
  note,
  type Vendor,
  warnOnce,
} from '@llmtrace/core';
import { diag } from '@opentelemetry/api';
import type { AutoSettings } from './settings.ts';

interface VendorEntry {
  readonly name: string;
  /** Loads the instrumentation: not before it is known that it is wanted. */
  load(): Omit<LoadedVendor, 'name'>;
}

export interface LoadedVendor {
  /** As `LLMTRACE_INSTRUMENTATIONS` names it. */
  readonly name: string;
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
  {
    name: 'http-clients',
    load: () =>
      pick(require('@llmtrace/instrumentation-http-clients'), 'httpClients', 'HttpClientsInstrumentation'),
  },
];

const pick = <K extends string, I extends string>(
  exports: Record<K, Vendor> & Record<I, LoadedVendor['Instrumentation']>,
  vendor: K,
  instrumentation: I,
): Omit<LoadedVendor, 'name'> => ({ vendor: exports[vendor], Instrumentation: exports[instrumentation] });

/** All vendors that have an SDK, whatever the settings ask for. */
export const allVendors = (): LoadedVendor[] =>
  VENDORS.flatMap(loaded).filter(({ vendor }) => vendor.requests !== undefined);

/**
 * The vendors that the settings ask for: all, where they name none. A name that is unknown is ignored, also where there
 * is no other: calls that are traced against a misspelt wish are seen, and calls that are not traced are missed late.
 */
export function wantedVendors({ instrumentations }: AutoSettings): LoadedVendor[] {
  const names = VENDORS.map(({ name }) => name);
  const asked = instrumentations?.map((name) => name.toLowerCase()) ?? [];
  const wanted = asked.filter((name) => names.includes(name));
  const effect = wanted.length > 0 ? 'it is ignored' : 'it is ignored, and all are traced';
  for (const name of asked.filter((name) => !names.includes(name)))
    warnOnce(
      `expected LLMTRACE_INSTRUMENTATIONS to be of ${names.join(', ')}, got ${meant(name, names)}; ${effect}` +
        (wanted.length > 0 ? '' : '. LLMTRACE_ENABLED=false switches llmtrace off'),
    );
  return VENDORS.filter(({ name }) => wanted.length === 0 || wanted.includes(name)).flatMap(loaded);
}

function meant(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return `${name.slice(0, 50)}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
}

/** One that does not load is missing; the others are there. */
function loaded({ name, load }: VendorEntry): LoadedVendor[] {
  try {
    return [{ name, ...load() }];
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
