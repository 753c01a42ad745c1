/** The vendors that are traced, by the names that `LLMTRACE_INSTRUMENTATIONS` knows. */
import module from 'node:module';
import { type InstrumentationEntry, nearest, note, warnOnce } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import type { AutoSettings } from './settings.ts';

/** The declaration of a vendor's package. */
export type LoadedVendor = InstrumentationEntry;

const require = module.createRequire(import.meta.url);

/** One instrumentation, or several if the traced library has several packages. */
interface Declaration {
  readonly entry: InstrumentationEntry;
  readonly entries?: readonly InstrumentationEntry[];
}

/** Each is loaded when it is known that it is wanted, by a `require` that bundlers see. */
const VENDORS: Readonly<Record<string, () => Declaration>> = {
  openai: () => require('@llmtrace/instrumentation-openai'),
  anthropic: () => require('@llmtrace/instrumentation-anthropic'),
  'google-genai': () => require('@llmtrace/instrumentation-google-genai'),
  'google-generative-ai': () => require('@llmtrace/instrumentation-google-generative-ai'),
  'aws-bedrock': () => require('@llmtrace/instrumentation-aws-bedrock'),
  'openai-agents': () => require('@llmtrace/instrumentation-openai-agents'),
  'claude-agent-sdk': () => require('@llmtrace/instrumentation-claude-agent-sdk'),
  'ai-sdk': () => require('@llmtrace/instrumentation-ai-sdk'),
  genkit: () => require('@llmtrace/instrumentation-genkit'),
  langchain: () => require('@llmtrace/instrumentation-langchain'),
  mastra: () => require('@llmtrace/instrumentation-mastra'),
  llamaindex: () => require('@llmtrace/instrumentation-llamaindex'),
  strands: () => require('@llmtrace/instrumentation-strands'),
  adk: () => require('@llmtrace/instrumentation-adk'),
  mcp: () => require('@llmtrace/instrumentation-mcp'),
  'http-clients': () => require('@llmtrace/instrumentation-http-clients'),
};

/** The names that `LLMTRACE_INSTRUMENTATIONS` knows. */
export const VENDOR_NAMES: readonly string[] = Object.keys(VENDORS);

/** All vendors that have an SDK, independent of the settings. */
export const allVendors = (): LoadedVendor[] =>
  VENDOR_NAMES.flatMap(loaded).filter(({ vendor }) => vendor.requests !== undefined);

/**
 * The vendors that the settings name; without names, all. A name that is unknown is ignored, also where there
 * is no other: calls that are traced against a misspelt wish are seen, and calls that are not traced are missed late.
 */
export function wantedVendors({ instrumentations }: AutoSettings): LoadedVendor[] {
  const names = VENDOR_NAMES;
  const asked = instrumentations?.map((name) => name.toLowerCase()) ?? [];
  const wanted = asked.filter((name) => names.includes(name));
  const effect = wanted.length > 0 ? 'it is ignored' : 'it is ignored, and all are traced';
  for (const name of asked.filter((name) => !names.includes(name)))
    warnOnce(
      `LLMTRACE_INSTRUMENTATIONS=${name.slice(0, 50)} is not one of ${names.join(', ')}${meant(name, names)}; ${effect}` +
        (wanted.length > 0 ? '' : '. LLMTRACE_ENABLED=false switches llmtrace off'),
    );
  return names.filter((name) => wanted.length === 0 || wanted.includes(name)).flatMap(loaded);
}

function meant(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** One that does not load is missing; the others are there. */
function loaded(name: string): LoadedVendor[] {
  try {
    const { entry, entries = entry ? [entry] : [] } = VENDORS[name]?.() ?? {};
    return [...entries];
  } catch (error) {
    diag.error('llmtrace: could not load an instrumentation', error);
    note(
      {
        code: 'not-installed',
        message: `the instrumentation of ${name} does not load; its calls are not traced`,
        cure: 'Install `@llmtrace/auto` anew; OTEL_LOG_LEVEL=error says why',
        lost: true,
      },
      true,
    );
    return [];
  }
}
