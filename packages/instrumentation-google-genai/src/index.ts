/** `@llmtrace/instrumentation-google-genai`: traces every model call of the `@google/genai` SDK. */
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

type Endpoints = typeof import('./code.ts').endpoints;

const classOf = (className: string) => ({
  files: ['dist/node/index', 'dist/web/index', 'dist/index'],
  className,
  path: className,
});

const pointOf = (
  className: string,
  method: string,
  name: keyof Endpoints,
  range: Pick<EndpointPoint, 'since' | 'until'> = {},
): EndpointPoint => ({
  ...classOf(className),
  method,
  ...range,
  endpoint: () => code().endpoints[name],
});

/** Requests of it go through the SDK's second, generated client. */
const resource = (getter: string, point: EndpointPoint): EndpointPoint => ({ ...point, getter });

/** Of models, each `…Internal` method of the prototype is one model call, whichever public method makes it. */
const endpoints: readonly EndpointPoint[] = [
  pointOf('Models', 'generateContentInternal', 'generateContent'),
  pointOf('Models', 'generateContentStreamInternal', 'generateContentStream'),
  pointOf('Models', 'embedContentInternal', 'embedContent', { since: '1.42.0' }),
  pointOf('Models', 'embedContent', 'embedContent', { since: '1.0.0', until: '1.41.0' }),
  pointOf('Models', 'generateImagesInternal', 'image'),
  pointOf('Models', 'editImageInternal', 'image'),
  pointOf('Models', 'upscaleImageInternal', 'image'),
  pointOf('Models', 'recontextImage', 'image', { since: '1.14.0' }),
  pointOf('Models', 'segmentImage', 'image', { since: '1.16.0' }),
  pointOf('Models', 'generateVideosInternal', 'video', { since: '1.12.0' }),
  pointOf('Models', 'generateVideos', 'video', { since: '1.0.0', until: '1.9.0' }),
  resource('interactions', pointOf('GoogleGenAI', 'create', 'interaction', { since: '1.33.0' })),
  resource('interactions', pointOf('GoogleGenAI', 'get', 'readInteraction', { since: '1.33.0' })),
  resource('decisions', pointOf('GoogleGenAI', 'create', 'decisions', { since: '3.3.0' })),
  pointOf('Batches', 'get', 'batch', { since: '1.8.0' }),
];

/** Automatic function calling. */
const operations: readonly OperationPoint[] = [
  // The class's constructor assigns it; the model calls are those of methods of the class.
  {
    ...classOf('Models'),
    method: 'generateContent',
    isAssigned: true,
    around: (call) => code().runFunctions(call),
  },
  { ...classOf('Models'), method: 'processAfcStream', around: (call) => code().streamFunctions(call) },
  { ...classOf('Models'), method: 'initAfcToolsMap', around: (call) => code().traceTools(call) },
];

/**
 * The inner client of the application's client: it has the base URL. In earlier versions, interactions have a
 * separate client, which refers to it.
 */
const clientOf = (self: any): any => self?._client ?? self?.apiClient ?? self?.parentClient;

const optionsOf = (client: any): any => client?.clientOptions ?? client?.clientAdapter?.clientOptions;

const baseURL = (client: any, [params]: readonly any[]): string | undefined =>
  params?.config?.httpOptions?.baseUrl ?? client?.baseURL ?? optionsOf(client)?.httpOptions?.baseUrl;

const untraced: readonly UntracedCalls[] = [
  {
    hosts: /^generativelanguage\.googleapis\.com$|(?:^|-)aiplatform\.googleapis\.com$/,
    paths: /\.(?:PredictionService|GenerativeService)\/((?:Stream|Bidi)?GenerateContent|EmbedContent)$/,
  },
];

const requests: SentRequests = {
  module: '@google/genai',
  hosts: /^generativelanguage\.googleapis\.com$/,
  paths:
    /:(?:generateContent|streamGenerateContent|embedContent|batchEmbedContents)(?:\?|$)|\/(?:interactions|decisions)(?:\?|$)/,
  marks: [/google-genai-sdk[/]/],
  sentBy: (header) => /\bgoogle-genai-sdk\/(\S+)/.exec(header('x-goog-api-client') ?? '')?.[1],
};

const itself = (client: any): unknown => client;

/** The objects of a client that have a class of their own. */
const PARTS: Readonly<Record<string, (client: any) => unknown>> = {
  Models: (client) => client?.models,
  Batches: (client) => client?.batches,
};

/** The endpoints of the `@google/genai` package. */
const googleGenAI: Vendor = {
  provider: 'gcp.gemini',
  module: '@google/genai',
  extensions: ['.cjs', '.mjs'],
  main: (exports) => exports,
  client: clientOf,
  baseURL,
  providerOf: (client) => (optionsOf(client)?.vertexai ? 'gcp.vertex_ai' : undefined),
  rawMethods: ['request', 'requestStream'],
  endpoints,
  operations,
  requests,
  untraced,
  otherTracers: [
    ['tracing:apm:google:genai:request:start', 'dd-trace (DD_TRACE_GOOGLE_GENAI_ENABLED=false)'],
    ['tracing:orchestrion:@google/genai:generate-content:start', '@sentry/node'],
  ],
  part: (client, path) => (PARTS[path] ?? itself)(client),
};

/**
 * The instrumentation of the `@google/genai` SDK. Make it before the SDK is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class GoogleGenAIInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-google-genai', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return googleGenAI;
  }
}

export const entry: InstrumentationEntry = {
  name: 'google-genai',
  vendor: googleGenAI,
  Instrumentation: GoogleGenAIInstrumentation,
};
