/** `@llmtrace/instrumentation-openai`: traces every model call of the `openai` SDK, versions 4.19 and later. */
import { LlmInstrumentation, type LlmTraceConfig, type SentRequests, type Vendor } from '@llmtrace/core';
import { chat, completions } from './chat.ts';
import { embeddings } from './embeddings.ts';
import { media } from './media.ts';
import { responses } from './responses.ts';

/** By its class where that has kept its name (a bundler may take it), else by what only that client has. */
function providerOf(client: any): string | undefined {
  const name = client?.constructor?.name;
  if (name === 'BedrockOpenAI') return 'aws.bedrock';
  const isAzure = name === 'AzureOpenAI' || (client && 'apiVersion' in client && 'deploymentName' in client);
  return isAzure ? 'azure.ai.openai' : undefined;
}

/** `OpenAI/JS`, `AzureOpenAI/JS`, and what a bundler makes of the class's name; not SDKs of others made alike. */
const AGENT = /^(?:\w*OpenAI\d*|[\w$]{1,3})\/JS /;

const requests: SentRequests = {
  module: 'openai',
  hosts: /^api\.openai\.com$|\.openai\.azure\.com$/,
  paths:
    /\/(?:(?:chat\/)?completions|responses(?:\/compact)?|embeddings|images\/(?:generations|edits|variations)|audio\/(?:transcriptions|translations|speech))(?:\?|$)/,
  sentBy: (header) =>
    AGENT.test(header('user-agent') ?? '') && header('anthropic-version') === undefined
      ? header('x-stainless-package-version')
      : undefined,
};

/** The endpoints of the `openai` package. */
export const openai: Vendor = {
  provider: 'openai',
  module: 'openai',
  extensions: ['.js', '.mjs'],
  main: (exports) => exports.OpenAI ?? exports.default ?? exports,
  client: (resource) => resource?._client,
  origin: (client) => ({ baseURL: client?.baseURL, provider: providerOf(client) }),
  endpoints: [chat, ...responses, embeddings, completions, ...media],
  requests,
};

/**
 * The instrumentation of the `openai` SDK. Make it before the SDK is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class OpenAIInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-openai', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return openai;
  }
}
