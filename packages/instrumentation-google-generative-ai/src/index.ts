/** `@llmtrace/instrumentation-google-generative-ai`: traces every model call of the `@google/generative-ai` SDK. */
import module from 'node:module';
import {
  type EndpointPoint,
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  late,
  type SentRequests,
  type Vendor,
} from '@llmtrace/core';
import { optionsOf } from './options.ts';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

type Method = keyof typeof import('./code.ts').endpoints;

/** Both builds are bundles of one file. */
const pointOf = (className: string, method: Method): EndpointPoint => ({
  files: ['dist/index'],
  className,
  path: className,
  method,
  endpoint: () => code().endpoints[method],
});

const endpoints: readonly EndpointPoint[] = [
  pointOf('GenerativeModel', 'generateContent'),
  pointOf('GenerativeModel', 'generateContentStream'),
  pointOf('ChatSession', 'sendMessage'),
  pointOf('ChatSession', 'sendMessageStream'),
  pointOf('GenerativeModel', 'embedContent'),
  pointOf('GenerativeModel', 'batchEmbedContents'),
];

const requests: SentRequests = {
  module: '@google/generative-ai',
  hosts: /^generativelanguage\.googleapis\.com$/,
  paths: /:(?:generateContent|streamGenerateContent|embedContent|batchEmbedContents)(?:\?|$)/,
  marks: [/genai[-]js/, /x-goog-api[-]client/],
  sentBy: (header) => /\bgenai-js\/(\S+)/.exec(header('x-goog-api-client') ?? '')?.[1],
};

/** The methods of the SDK's client. A client with more methods belongs to another SDK and is not called. */
const CLIENT = ['constructor', 'getGenerativeModel', 'getGenerativeModelFromCachedContent'];
/** The fields by which the SDK's models differ from those of related SDKs: `@google-cloud/vertexai`, Firebase. */
const MODEL = ['generateContent', 'startChat', 'embedContent', 'batchEmbedContents'];

/** The prototype of an object that itself defines the method; undefined if the object does, or if none does. */
function classWith(object: any, method: string): any {
  let holder = object;
  while (holder && !Object.hasOwn(holder, method)) holder = Object.getPrototypeOf(holder);
  return holder === object ? undefined : (holder ?? undefined);
}

/**
 * Makes a model from a client, or a chat from a model, because a client leads to their classes in no other way. This sends
 * no request. It calls methods only on objects that have the shape of the SDK's. The client may itself be a model.
 */
function part(object: any, path: string): any {
  const client = classWith(object, 'getGenerativeModel');
  const isClient =
    client &&
    typeof object.apiKey === 'string' &&
    Object.getOwnPropertyNames(client).every((name) => CLIENT.includes(name));
  const model = isClient
    ? client.getGenerativeModel.call({ apiKey: object.apiKey }, { model: 'none' })
    : object;
  const maker = path === 'ChatSession' ? classWith(model, 'startChat') : undefined;
  return maker && MODEL.every((name) => Object.hasOwn(maker, name)) ? maker.startChat.call(model) : model;
}

/** The endpoints of the `@google/generative-ai` package. */
const googleGenerativeAI: Vendor = {
  provider: 'gcp.gemini',
  module: '@google/generative-ai',
  extensions: ['.js', '.mjs'],
  main: (exports) => exports,
  // The package has no client: a model (or a chat) has everything that a request needs.
  client: (self) => self,
  baseURL: (self, args) => optionsOf(args, self).baseUrl ?? 'https://generativelanguage.googleapis.com',
  endpoints,
  requests,
  part,
};

/**
 * The instrumentation of the `@google/generative-ai` SDK. Make it before the SDK is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class GoogleGenerativeAIInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-google-generative-ai', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return googleGenerativeAI;
  }
}

export const entry: InstrumentationEntry = {
  name: 'google-generative-ai',
  vendor: googleGenerativeAI,
  Instrumentation: GoogleGenerativeAIInstrumentation,
};
