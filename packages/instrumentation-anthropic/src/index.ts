/**
 * `@llmtrace/instrumentation-anthropic`: traces every model call of `@anthropic-ai/sdk`, versions 0.30 and later,
 * and of the clients for Bedrock and Vertex that are built on it.
 */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  metadataAttributes,
  type SentRequests,
  type UntracedCalls,
  type Vendor,
} from '@llmtrace/core';
import { batches } from './batches.ts';
import { completions } from './completions.ts';
import { messages, streamHelpers } from './messages.ts';
import { toolRunners } from './tool-runner.ts';

/** From the client's class, if its name is known. */
const CLASSES: Readonly<Record<string, string>> = {
  AnthropicBedrock: 'aws.bedrock',
  AnthropicBedrockMantle: 'aws.bedrock',
  AnthropicVertex: 'gcp.vertex_ai',
};

/** From the client's own field (since 0.134), else from its class. A plain client may use any host. */
function providerOf(client: any): string | undefined {
  const provider = client?._genAIProviderName;
  if (typeof provider === 'string' && provider !== 'anthropic') return provider;
  return CLASSES[client?.constructor?.name];
}

const untraced: readonly UntracedCalls[] = [
  {
    hosts: /^api\.anthropic\.com$/,
    paths: /\/v1\/(?:(sessions)\/[^/?]+\/events|(dreams)|(deployments)\/[^/?]+\/run)(?:\?|$)/,
  },
];

const requests: SentRequests = {
  module: '@anthropic-ai/sdk',
  hosts: /^api\.anthropic\.com$/,
  // The last two are Bedrock's and Vertex's.
  paths:
    /\/v1\/(?:messages|complete)(?:\?|$)|\/model\/[^/]+\/invoke(?:-with-response-stream)?$|(?<!\/count-tokens):(?:streamR|r)awPredict$/,
  marks: [/X-Stainless-Package[-]Version/, /ANTHROPIC_BASE[_]URL/],
  // The user agent is the class's name, which a subclass or a minifier changes, or a value of the application. The
  // version of the protocol is no header of those that go to Bedrock and Vertex.
  sentBy: (header) =>
    header('x-stainless-lang') === 'js' ? header('x-stainless-package-version') : undefined,
  provenBy: 'anthropic-version',
};

/** The endpoints of the `@anthropic-ai/sdk` package. */
const anthropic: Vendor = {
  provider: 'anthropic',
  module: '@anthropic-ai/sdk',
  extensions: ['.js', '.mjs'],
  main: (exports) => exports.Anthropic ?? exports.default ?? exports,
  client: (resource) => resource?._client,
  baseURL: (client) => client?.baseURL,
  providerOf,
  // Such a client renews its credentials by repeating a request that was refused.
  keepsRetries: (client) => Boolean(client?._authState?.tokenCache),
  // `metadata.user_id` is the one field that the API allows.
  endpoints: [...messages, completions, ...batches].map((endpoint) => ({
    ...endpoint,
    attributes: ([params]: readonly any[]) => metadataAttributes(params?.metadata),
  })),
  operations: toolRunners,
  requests,
  untraced,
  otherTracers: [
    ['tracing:apm:anthropic:request:start', 'dd-trace (DD_TRACE_ANTHROPIC_ENABLED=false)'],
    ['tracing:orchestrion:@anthropic-ai/sdk:chat:start', '@sentry/node'],
  ],
  native: {
    tracer: '_tracer',
    name: 'anthropic.messages.create',
    renamed: ['gen_ai.usage.cache_write.input_tokens'],
    callerSpan: ([, options]) => options?.__span?.span,
    withoutCallerSpan: (args) =>
      args.map((arg, index) => (index === 1 && arg?.__span ? { ...arg, __span: undefined } : arg)),
    helpers: streamHelpers,
    runs: {
      name: 'anthropic.messages.tool_runner',
      tools: /^anthropic\.(?:custom_|mcp_)?tool_use /,
      dropped: ['gen_ai.provider.name', 'gen_ai.request.model', 'gen_ai.output.type'],
    },
  },
};

/**
 * The instrumentation of the `@anthropic-ai/sdk` SDK. Make it before the SDK is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class AnthropicInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-anthropic', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return anthropic;
  }
}

export const entry: InstrumentationEntry = {
  name: 'anthropic',
  vendor: anthropic,
  Instrumentation: AnthropicInstrumentation,
};
