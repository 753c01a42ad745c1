/** `@llmtrace/instrumentation-openai`: traces every model call of the `openai` SDK, versions 4.19 and later. */
import module from 'node:module';
import {
  type Endpoint,
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

type Endpoints = typeof import('./code.ts').endpoints;

/** A class of the SDK has the last name of its path. */
const classAt = (path: string, files: readonly string[], since?: string) => ({
  files: files.map((file) => `resources/${file}`),
  className: path.slice(path.lastIndexOf('.') + 1),
  path,
  ...(since !== undefined && { since }),
});

const pointOf = (
  place: ReturnType<typeof classAt>,
  method: string,
  name: keyof Endpoints,
): EndpointPoint => ({
  ...place,
  method,
  endpoint: (): Endpoint => code().endpoints[name],
});

// The first file from 4.86 on, the second in older versions.
const chat = classAt('Chat.Completions', ['chat/completions/completions', 'chat/completions']);
const responses = classAt('Responses', ['responses/responses'], '4.87.0');
const betaResponses = classAt('Beta.Responses', ['beta/responses/responses'], '6.49.0');
const images = classAt('Images', ['images']);
// The first file since 7.0.
const batches = classAt('Batches', ['batches/batches', 'batches'], '4.34.0');
const files = classAt('Files', ['files/files', 'files']);

const endpoints: readonly EndpointPoint[] = [
  pointOf(chat, 'create', 'chat'),
  pointOf(responses, 'create', 'response'),
  { ...pointOf(responses, 'compact', 'compact'), since: '6.10.0' },
  pointOf(responses, 'retrieve', 'retrieve'),
  pointOf(betaResponses, 'create', 'response'),
  pointOf(betaResponses, 'compact', 'compact'),
  pointOf(betaResponses, 'retrieve', 'retrieve'),
  pointOf(classAt('Embeddings', ['embeddings']), 'create', 'embeddings'),
  pointOf(classAt('Decisions', ['decisions'], '7.30.0'), 'create', 'decisions'),
  pointOf(classAt('Completions', ['completions']), 'create', 'completions'),
  pointOf(images, 'generate', 'images'),
  pointOf(images, 'edit', 'images'),
  pointOf(images, 'createVariation', 'images'),
  pointOf(classAt('Audio.Transcriptions', ['audio/transcriptions']), 'create', 'transcriptions'),
  pointOf(classAt('Audio.Translations', ['audio/translations']), 'create', 'transcriptions'),
  pointOf(classAt('Audio.Speech', ['audio/speech']), 'create', 'speech'),
  pointOf(batches, 'retrieve', 'batch'),
  pointOf(files, 'content', 'batchResults'),
];

/** A method of one of the SDK's runners, which its main export does not have. */
const inRunner = (
  file: string,
  className: string,
  method: string,
  around: OperationPoint['around'],
): OperationPoint => ({ files: [file], className, path: className, isInternal: true, method, around });

const operations: readonly OperationPoint[] = [
  inRunner('lib/AbstractChatCompletionRunner', 'AbstractChatCompletionRunner', '_runTools', (call) =>
    code().runTools(call),
  ),
  inRunner('helpers/responses-tool-runner', 'ResponsesToolRunner', 'iterate', (call) => code().iterate(call)),
  inRunner('helpers/responses-tool-runner', 'ResponsesToolRunner', 'dispatchTool', (call) =>
    code().dispatchTool(call),
  ),
  inRunner('helpers/decisions-tool-runner', 'DecisionsToolRunner', 'run', (call) => code().decide(call)),
];

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
  endpoints,
  operations,
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
