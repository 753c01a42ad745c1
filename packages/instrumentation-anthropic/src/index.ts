/**
 * `@llmtrace/instrumentation-anthropic`: traces every model call of `@anthropic-ai/sdk`, versions 0.30 and later,
 * and of the clients for Bedrock and Vertex that are built on it.
 */
import module from 'node:module';
import {
  type EndpointPoint,
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  late,
  type OperationPoint,
  type SentRequests,
  type UntracedCalls,
  type Vendor,
} from '@llmtrace/core';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

/** A class of the SDK has the last name of its path. */
const classAt = (path: string, ...files: string[]) => ({
  files: files.map((file) => `resources/${file}`),
  className: path.slice(path.lastIndexOf('.') + 1),
  path,
});

// The first file since 0.33, the second before.
const stable = classAt('Messages', 'messages/messages', 'messages');
const beta = classAt('Beta.Messages', 'beta/messages/messages');
const batches = classAt('Messages.Batches', 'messages/batches');
const betaBatches = classAt('Beta.Messages.Batches', 'beta/messages/batches');

const messages = () => code().endpoints.messages;
const results = {
  method: 'results',
  since: '0.33.0',
  endpoint: () => code().endpoints.batchResults,
} as const;

const endpoints: readonly EndpointPoint[] = [
  { ...stable, method: 'create', endpoint: messages },
  { ...beta, method: 'create', since: '0.30.0', endpoint: messages },
  // The beta of prompt caching, which early versions had.
  {
    ...classAt('Beta.PromptCaching.Messages', 'beta/prompt-caching/messages'),
    method: 'create',
    since: '0.26.0',
    until: '0.33.0',
    endpoint: messages,
  },
  {
    ...classAt('Completions', 'completions'),
    method: 'create',
    until: '1.0.0',
    endpoint: () => code().endpoints.completions,
  },
  { ...batches, ...results },
  { ...betaBatches, ...results },
];

/** The helpers above, which start the SDK's own span before they call `create`. */
const streamHelpers = [stable, beta].map((place) => ({ ...place, method: 'stream', since: '0.134.0' }));

/** Both methods that make a runner: `beta.messages.toolRunner()`, and that of a thread of messages. */
const toolRunners: readonly OperationPoint[] = [
  { ...beta, method: 'toolRunner', since: '0.63.0', around: (call) => code().traceRunner(call) },
  {
    files: ['lib/threads/BetaMessageThread'],
    className: 'BetaMessageThread',
    path: 'BetaMessageThread',
    isInternal: true,
    method: 'toolRunner',
    around: (call) => code().traceRunner(call),
  },
];

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
  endpoints,
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
