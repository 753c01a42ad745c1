/** The vendor case of OpenAI's SDK. */
import type { VendorCase } from '../vendor-profile.ts';
import { chatHelperRows } from './openai-chat-helpers.ts';
import { chat, completions, embeddings, responses } from './openai-families.ts';
import { otherRows } from './openai-others.ts';
import { responseHelperRows } from './openai-responses-helpers.ts';

export const vendorCase: VendorCase = {
  name: 'openai',
  url: import.meta.url,
  package: 'openai',
  sets: ['openai-4-oldest', 'openai-4', 'openai-5', 'openai-6', 'openai-7'],
  provider: 'openai',
  scope: '@llmtrace/instrumentation-openai',
  client: ({ exports }, url, { maxRetries = 0 }) =>
    new (exports.OpenAI ?? exports.default)({ apiKey: 'sk-example', baseURL: `${url}/v1`, maxRetries }),
  families: [chat, responses, embeddings, completions],
  rows: [...chatHelperRows, ...responseHelperRows, ...otherRows],
  errors: {
    '401': 'AuthenticationError',
    '429': 'RateLimitError',
    '500': 'InternalServerError',
    refused: 'APIConnectionError',
    reset: 'APIConnectionError',
    timeout: 'APIConnectionTimeoutError',
    abort: 'APIUserAbortError',
    // node-fetch reports the cause in a code, undici throws a plain TypeError.
    dropped: ({ major }) => (major === 4 ? 'ERR_STREAM_PREMATURE_CLOSE' : 'TypeError'),
    droppedBody: ({ major }) => (major === 4 ? 'FetchError' : 'TypeError'),
    // Until version 7 the SDK does not convert errors while a body is read.
    abortedBody: ({ major }) => (major < 7 ? 'AbortError' : 'APIUserAbortError'),
  },
};
