/** `@llmtrace/instrumentation-openai`: traces every model call of the `openai` SDK, versions 4.19 and later. */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  type SentRequests,
  type UntracedCalls,
  type Vendor,
} from '@llmtrace/core';
import { attributes } from './attributes.ts';
import { batches } from './batches.ts';
import { chat, completions } from './chat.ts';
import { decisions } from './decisions.ts';
import { embeddings } from './embeddings.ts';
import { media } from './media.ts';
import { responses } from './responses.ts';
import { runTools } from './run-tools.ts';
import { toolRunners } from './tool-runners.ts';

/** By its class if that has kept its name (a minifier may change it), else by fields that only that client has. */
function providerOf(client: any): string | undefined {
  const name = client?.constructor?.name;
  if (name === 'BedrockOpenAI') return 'aws.bedrock';
  const isAzure = name === 'AzureOpenAI' || (client && 'apiVersion' in client && 'deploymentName' in client);
  return isAzure ? 'azure.ai.openai' : undefined;
}

/** The versions that this package instruments: 4.19 and later. */
const VERSION = /^(?:4\.(?:19|[2-9]\d|\d{3,})|[5-9]|\d{2,})\./;

const untraced: readonly UntracedCalls[] = [
  {
    hosts: /^api\.openai\.com$|\.openai\.azure\.com$|\.services\.ai\.azure\.com$/,
    paths:
      /\/(?:threads\/(?:[^/?]+\/)?(runs)|(videos)(?:\/edits|\/extensions|\/[^/?]+\/remix)?|(video\/generations)\/jobs|(agents\/sessions)(?:\/[^/?]+\/events)?|(agents\/automations)\/[^/?]+\/invocations|(realtime)\/calls(?:\/[^/?]+\/accept)?|(live)\/sessions(?:\/[^/?]+\/(?:accept|fork))?|(evals)\/[^/?]+\/runs|(graders)\/run)(?:\?|$)/,
  },
];

const requests: SentRequests = {
  module: 'openai',
  hosts: /^api\.openai\.com$|\.openai\.azure\.com$/,
  paths:
    /\/(?:(?:chat\/)?completions|responses(?:\/compact)?|embeddings|decisions|images\/(?:generations|edits|variations)|audio\/(?:transcriptions|translations|speech))(?:\?|$)/,
  marks: [/X-Stainless-Package[-]Version/, /OPENAI_ORG[_]ID/],
  // The user agent is the class's name, which a subclass or a minifier changes, or a value of the application.
  sentBy(header) {
    const version = header('x-stainless-package-version') ?? '';
    const isOurs = header('x-stainless-lang') === 'js' && header('anthropic-version') === undefined;
    return isOurs && VERSION.test(version) ? version : undefined;
  },
};

/** The endpoints of the `openai` package. */
const openai: Vendor = {
  provider: 'openai',
  module: 'openai',
  extensions: ['.js', '.mjs'],
  main: (exports) => exports.OpenAI ?? exports.default ?? exports,
  client: (resource) => resource?._client,
  baseURL: (client) => client?.baseURL,
  providerOf,
  endpoints: [chat, ...responses, embeddings, decisions, completions, ...media, ...batches].map(
    (endpoint) => ({
      ...endpoint,
      attributes,
    }),
  ),
  operations: [runTools, ...toolRunners],
  requests,
  untraced,
  otherTracers: [
    ['tracing:apm:openai:request:start', 'dd-trace (DD_TRACE_OPENAI_ENABLED=false)'],
    ['tracing:orchestrion:openai:chat:start', '@sentry/node'],
  ],
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

export const entry: InstrumentationEntry = {
  name: 'openai',
  vendor: openai,
  Instrumentation: OpenAIInstrumentation,
};
