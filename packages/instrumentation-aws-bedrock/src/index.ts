/**
 * `@llmtrace/instrumentation-aws-bedrock`: traces every model call of `@aws-sdk/client-bedrock-runtime`, version 3: Converse
 * and InvokeModel, plain and streamed.
 */
import {
  type Endpoint,
  fields,
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmResponse,
  type LlmTraceConfig,
  type SentRequests,
  type UntracedCalls,
  type Vendor,
} from '@llmtrace/core';
import { inputOf, operationOf, type Sending, untracedOf } from './command.ts';
import { converseBodies } from './converse.ts';
import { invokeEndpoints } from './invoke.ts';
import { learnURL, transport, urlOf } from './transport.ts';

export { converseBodies } from './converse.ts';
export { invokeBodies } from './invoke.ts';

/**
 * The client's class inherits `send` from a class that all of AWS's clients share. The instrumentation replaces it on the
 * client's own class only.
 */
const sending: Sending = {
  files: ['dist-cjs/index'],
  className: 'BedrockRuntimeClient',
  path: 'BedrockRuntimeClient',
  method: 'send',
  isInherited: true,
  signal: ([, options]) => {
    const signal = fields(options).abortSignal;
    return signal instanceof AbortSignal ? signal : undefined;
  },
  withSignal: ([command, options], _self, signal) => [command, { ...options, abortSignal: signal }],
  // The SDK's own retries stay on: they renew credentials and correct clocks.
  withoutRetries: () => undefined,
};

const content: Endpoint['content'] = {
  ...converseBodies.content,
  prompt: ([command], self) => converseBodies.content.prompt([inputOf(command)], self),
};

const converse: Endpoint = {
  ...sending,
  operation: 'chat',
  request: ([command]) => converseBodies.request(inputOf(command)),
  response: converseBodies.response,
  content,
};

const converseStream: Endpoint = {
  ...converse,
  request: ([command]) => ({ ...converseBodies.request(inputOf(command)), stream: true }),
  response: (): LlmResponse => ({}),
  chunk: converseBodies.chunk,
  streamOf: ({ stream }) => stream,
};

const invoke = invokeEndpoints(sending);

function endpointOf([command]: readonly any[]): Endpoint | undefined {
  switch (operationOf(command)) {
    case 'Converse':
      return converse;
    case 'ConverseStream':
      return converseStream;
    case 'InvokeModel':
      return invoke.of(command, false);
    case 'InvokeModelWithResponseStream':
      return invoke.of(command, true);
    default:
      return undefined;
  }
}

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
  endpoints: [converse, converseStream, ...invoke.all],
  endpointOf,
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
