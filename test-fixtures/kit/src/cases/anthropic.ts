/** The vendor case of Anthropic's SDK. */
import type { VendorCase } from '../vendor-profile.ts';
import { betaMessages, completions, isBefore, messages, promptCaching } from './anthropic-families.ts';
import { helperRows } from './anthropic-helpers.ts';

export const vendorCase: VendorCase = {
  name: 'anthropic',
  url: import.meta.url,
  package: '@anthropic-ai/sdk',
  sets: ['anthropic-0.30', 'anthropic-0.60', 'anthropic-0.133', 'anthropic-0', 'anthropic-1'],
  provider: 'anthropic',
  scope: '@llmtrace/instrumentation-anthropic',
  client: ({ exports }, url, { maxRetries = 0 }) =>
    new (exports.Anthropic ?? exports.default)({ apiKey: 'sk-ant-example', baseURL: url, maxRetries }),
  families: [messages, betaMessages, promptCaching, completions],
  rows: helperRows,
  errors: {
    '401': 'AuthenticationError',
    '429': 'RateLimitError',
    '500': 'InternalServerError',
    refused: 'APIConnectionError',
    reset: 'APIConnectionError',
    timeout: 'APIConnectionTimeoutError',
    abort: 'APIUserAbortError',
    // node-fetch reports the cause in a code, undici throws a plain TypeError.
    dropped: (sdk) => (isBefore(sdk, 50) ? 'ERR_STREAM_PREMATURE_CLOSE' : 'TypeError'),
    droppedBody: (sdk) => (isBefore(sdk, 50) ? 'FetchError' : 'TypeError'),
    // The SDK does not convert errors while a body is read.
    abortedBody: 'AbortError',
  },
};
