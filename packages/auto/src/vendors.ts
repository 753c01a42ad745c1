/** The vendors that are traced, by the names that `LLMTRACE_INSTRUMENTATIONS` knows. */
import { type InstrumentationEntry, nearest, warnOnce } from '@llmtrace/core/internal';
import { entry as adk } from '@llmtrace/instrumentation-adk';
import { entry as aiSdk } from '@llmtrace/instrumentation-ai-sdk';
import { entry as anthropic } from '@llmtrace/instrumentation-anthropic';
import { entry as awsBedrock } from '@llmtrace/instrumentation-aws-bedrock';
import { entry as claudeAgentSdk } from '@llmtrace/instrumentation-claude-agent-sdk';
import { entries as genkit } from '@llmtrace/instrumentation-genkit';
import { entry as googleGenAI } from '@llmtrace/instrumentation-google-genai';
import { entry as googleGenerativeAI } from '@llmtrace/instrumentation-google-generative-ai';
import { entry as httpClients } from '@llmtrace/instrumentation-http-clients';
import { entries as langchain } from '@llmtrace/instrumentation-langchain';
import { entry as llamaindex } from '@llmtrace/instrumentation-llamaindex';
import { entries as mastra } from '@llmtrace/instrumentation-mastra';
import { entries as mcp } from '@llmtrace/instrumentation-mcp';
import { entry as openai } from '@llmtrace/instrumentation-openai';
import { entry as openaiAgents } from '@llmtrace/instrumentation-openai-agents';
import { entry as strands } from '@llmtrace/instrumentation-strands';
import type { AutoSettings } from './settings.ts';

/** One instrumentation, or several if the traced library has several packages. Their code is loaded with the first call. */
const VENDORS: Readonly<Record<string, readonly InstrumentationEntry[]>> = {
  openai: [openai],
  anthropic: [anthropic],
  'google-genai': [googleGenAI],
  'google-generative-ai': [googleGenerativeAI],
  'aws-bedrock': [awsBedrock],
  'openai-agents': [openaiAgents],
  'claude-agent-sdk': [claudeAgentSdk],
  'ai-sdk': [aiSdk],
  genkit,
  langchain,
  mastra,
  llamaindex: [llamaindex],
  strands: [strands],
  adk: [adk],
  mcp,
  'http-clients': [httpClients],
};

/** The names that `LLMTRACE_INSTRUMENTATIONS` knows. */
export const VENDOR_NAMES: readonly string[] = Object.keys(VENDORS);

/** All vendors that have an SDK, independent of the settings. */
export const allVendors = (): InstrumentationEntry[] =>
  Object.values(VENDORS)
    .flat()
    .filter(({ vendor }) => vendor.requests !== undefined);

/**
 * The vendors that the settings name; without names, all. A name that is unknown is ignored, also where there
 * is no other: calls that are traced against a misspelt wish are seen, and calls that are not traced are missed late.
 */
export function wantedVendors({ instrumentations }: AutoSettings): InstrumentationEntry[] {
  const names = VENDOR_NAMES;
  const asked = instrumentations?.map((name) => name.toLowerCase()) ?? [];
  const wanted = asked.filter((name) => names.includes(name));
  const effect = wanted.length > 0 ? 'it is ignored' : 'it is ignored, and all are traced';
  for (const name of asked.filter((name) => !names.includes(name)))
    warnOnce(
      `LLMTRACE_INSTRUMENTATIONS=${name.slice(0, 50)} is not one of ${names.join(', ')}${meant(name, names)}; ${effect}` +
        (wanted.length > 0 ? '' : '. LLMTRACE_ENABLED=false switches llmtrace off'),
    );
  return names
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .flatMap((name) => VENDORS[name] ?? []);
}

function meant(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}
