/**
 * `@llmtrace/instrumentation-aws-bedrock`: traces every model call of `@aws-sdk/client-bedrock-runtime`, version 3: Converse
 * and InvokeModel, plain and streamed.
 */
import module from 'node:module';
import {
  type EndpointPoint,
  fields,
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  late,
  type SentRequests,
  type UntracedCalls,
  type Vendor,
} from '@llmtrace/core';
import { untracedOf } from './command.ts';
import { learnURL, transport, urlOf } from './transport.ts';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

/** The readers of bodies, for the requests of other clients. */
export const bodies = (): Pick<typeof import('./code.ts'), 'converseBodies' | 'invokeBodies'> => code();

/**
 * The client's class inherits `send` from a class that all of AWS's clients share. The instrumentation replaces it on the
 * client's own class only. It sends all commands.
 */
const send: EndpointPoint = {
  files: ['dist-cjs/index'],
  className: 'BedrockRuntimeClient',
  path: 'BedrockRuntimeClient',
  method: 'send',
  isInherited: true,
  endpoint: (args) => code().endpointOf(args),
};

const untraced: readonly UntracedCalls[] = [
  {
    hosts: /^bedrock-agent-runtime(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/,
    paths:
      /^\/(?:(agents)\/[^/?]+(?:\/agentAliases\/[^/?]+\/sessions\/[^/?]+\/text)?|(flows)\/[^/?]+\/aliases\/[^/?]+(?:\/executions)?|(retrieveAndGenerate)(?:Stream)?|(agenticRetrieveStream)|(generateQuery)|(optimize-prompt))(?:\?|$)/,
  },
];

const requests: SentRequests = {
  module: '@aws-sdk/client-bedrock-runtime',
  hosts: /^bedrock-runtime(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/,
  paths: /\/model\/[^/]+\/(?:converse(?:-stream)?|invoke(?:-with-response-stream)?)(?:\?|$)/,
  marks: [/AmazonBedrockFrontend[S]ervice/],
  sentBy: (header) => /\bapi\/bedrock[-_]runtime#(\S+)/.exec(header('user-agent') ?? '')?.[1],
};

/** The endpoints of the `@aws-sdk/client-bedrock-runtime` package. */
export const bedrock: Vendor = {
  provider: 'aws.bedrock',
  module: '@aws-sdk/client-bedrock-runtime',
  extensions: ['.js'],
  main: (exports) => exports,
  client: (self) => self,
  // The client resolves its URL only when it sends its first request.
  baseURL: urlOf,
  endpoints: [send],
  untracedOf,
  callbackOf,
  transport: { ...transport, learn: learnURL },
  requests,
  untraced,
  part: (client) => (fields(fields(client).config).serviceId === 'Bedrock Runtime' ? client : undefined),
};

/** `send(command, callback)` and `send(command, options, callback)`. */
function callbackOf(args: readonly any[]): ReturnType<NonNullable<Vendor['callbackOf']>> {
  const [command, options, last] = args;
  if (typeof options === 'function') return { callback: options, args: [command] };
  return typeof last === 'function' ? { callback: last, args: [command, options] } : undefined;
}

/**
 * The instrumentation of the `@aws-sdk/client-bedrock-runtime` SDK. Make it before the SDK is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class AwsBedrockInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super('@llmtrace/instrumentation-aws-bedrock', '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return bedrock;
  }
}

export const entry: InstrumentationEntry = {
  name: 'aws-bedrock',
  vendor: bedrock,
  Instrumentation: AwsBedrockInstrumentation,
};
