/** The vendor case of AWS's SDK for Bedrock. */
import module from 'node:module';
import { type Sdk, sdkManifest } from '../sdks.ts';
import type { VendorCase } from '../vendor-profile.ts';
import { type Client, converse, embeddings, invokeModel } from './aws-bedrock-families.ts';
import { callRows } from './aws-bedrock-others.ts';
import { withoutRawResponse } from './google-genai.ts';

const READS_AT_ONCE = 'the SDK reads every answer at once: there is a row of that';
const NOT_CLOSED = 'the SDK leaves the connection open: there is a row of that';

/** The SDK's handler for HTTP/1.1, as the fake vendor speaks it. The SDK's default is HTTP/2: `http2.test.ts` tests it. */
export const handlerOf = ({ set }: Pick<Sdk, 'set'>): (new (options?: object) => object) =>
  module.createRequire(sdkManifest(set))('@smithy/node-http-handler').NodeHttpHandler;

export const vendorCase: VendorCase = {
  name: 'aws-bedrock',
  url: import.meta.url,
  package: '@aws-sdk/client-bedrock-runtime',
  sets: ['bedrock-3'],
  provider: 'aws.bedrock',
  isCommonJs: true,
  scope: '@llmtrace/instrumentation-aws-bedrock',
  client(sdk, url, { maxRetries = 0 }): Client {
    const { exports } = sdk;
    const options = {
      region: 'us-east-1',
      endpoint: url,
      token: { token: 'example' },
      authSchemePreference: ['httpBearerAuth'],
      requestHandler: new (handlerOf(sdk))({ throwOnRequestTimeout: true }),
      maxAttempts: maxRetries + 1,
    };
    return { client: new exports.BedrockRuntimeClient(options), exports, options };
  },
  families: [converse, invokeModel, embeddings],
  rows: callRows,
  errors: {
    '401': 'UnrecognizedClientException',
    '429': 'ThrottlingException',
    '500': 'InternalServerException',
    refused: 'ECONNREFUSED',
    // The SDK reports a connection that was reset as a timeout.
    reset: 'TimeoutError',
    timeout: 'TimeoutError',
    abort: 'AbortError',
    dropped: 'ECONNRESET',
    droppedBody: 'ECONNRESET',
    abortedBody: 'AbortError',
  },
  leftOut: {
    ...withoutRawResponse,
    'an answer that is never awaited': READS_AT_ONCE,
    'break after the first chunk': NOT_CLOSED,
    'throw inside the loop': NOT_CLOSED,
    'AbortSignal while reading': 'an abort throws in the loop: there is a row of that',
  },
};
