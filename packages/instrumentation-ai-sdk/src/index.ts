/**
 * `@llmtrace/instrumentation-ai-sdk`: traces agents of the AI SDK (`ai`) and the tools that they execute. Model calls within them
 * are traced by the instrumentations of SDKs or of HTTP clients that send them.
 */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  noModelCalls,
  type Vendor,
} from '@llmtrace/core';
import { agentPoints } from './agents.ts';
import { channelPoints } from './channel.ts';
import { entrances } from './entrances.ts';

const aiSdk: Vendor = {
  ...noModelCalls,
  module: 'ai',
  extensions: ['.js', '.mjs'],
  // Version 7 has ES modules alone.
  esModules: ['dist/index.js'],
  operations: agentPoints,
  functions: entrances,
  channels: channelPoints,
};

/**
 * The instrumentation of the AI SDK. Make it before the SDK is loaded; versions before 7 need the hooks of `@llmtrace/auto`, too.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class AISdkInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-ai-sdk', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return aiSdk;
  }
}

export const entry: InstrumentationEntry = {
  name: 'ai-sdk',
  vendor: aiSdk,
  Instrumentation: AISdkInstrumentation,
};
