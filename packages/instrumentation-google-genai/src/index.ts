/** `@llmtrace/instrumentation-google-genai`: traces every model call of the `@google/genai` SDK. */
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  type SentRequests,
  type UntracedCalls,
  type Vendor,
} from '@llmtrace/core';
import { batches } from './batches.ts';
import { decisions } from './decisions.ts';
import { functionCalling } from './function-calling.ts';
import { interactions } from './interactions.ts';
import { modelEndpoints } from './models.ts';

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
  endpoints: [...modelEndpoints, ...interactions, ...decisions, ...batches],
  operations: functionCalling,
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
