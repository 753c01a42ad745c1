/** The vendor case of Google's newer SDK. */
import { CONTINUED_MODEL } from '../bodies/gemini.ts';
import { responseRows } from '../scenarios/plain.ts';
import { sdkStreamRows } from '../scenarios/sdk-streams.ts';
import type { SdkInfo } from '../sdks.ts';
import type { Family, Row, VendorCase } from '../vendor-profile.ts';
import { continuationRows, endRows } from './google-genai-ends.ts';
import { content, decisions, embeddings, interactions } from './google-genai-families.ts';
import { helperRows } from './google-genai-helpers.ts';
import { decisionRows, interactionRows, vertexRows } from './google-genai-others.ts';

/** The reason to leave out rows about cancelled streams: leaving the loop does not stop a generator's download. */
const goesOn = (_sdk: SdkInfo, family: Family): string | undefined =>
  family === interactions ? undefined : 'the SDK goes on to download the stream: there is a row of that';

const because = (reason: string, rows: readonly Row[]): Record<string, string> =>
  Object.fromEntries(rows.map(({ name }) => [name, reason]));

/** The rows to leave out, because they need the promise and stream classes of OpenAI's and Anthropic's SDKs. */
export const withoutRawResponse = {
  ...because('promises give no raw response', responseRows),
  ...because('streams are generators', sdkStreamRows),
};

export const vendorCase: VendorCase = {
  name: 'google-genai',
  url: import.meta.url,
  package: '@google/genai',
  sets: ['genai-1', 'genai-2', 'genai-3'],
  provider: 'gcp.gemini',
  scope: '@llmtrace/instrumentation-google-genai',
  client: ({ exports }, url, { maxRetries }) =>
    new exports.GoogleGenAI({
      apiKey: 'example',
      httpOptions: {
        baseUrl: url,
        ...(maxRetries === undefined
          ? {}
          : { retryOptions: { attempts: maxRetries + 1, initialDelay: 0.01, maxDelay: 0.02, jitter: 0 } }),
      },
    }),
  families: [content, embeddings, interactions, decisions],
  otherModels: [CONTINUED_MODEL],
  rows: [...helperRows, ...endRows, ...continuationRows, ...vertexRows, ...interactionRows, ...decisionRows],
  errors: {
    '401': '401',
    '429': '429',
    '500': '500',
    refused: 'TypeError',
    reset: 'TypeError',
    // A timeout is a failure, although its error has the name of an abort by the application.
    timeout: 'AbortError',
    abort: 'AbortError',
    dropped: 'TypeError',
    droppedBody: 'TypeError',
    abortedBody: 'AbortError',
  },
  leftOut: {
    ...withoutRawResponse,
    'an answer that is never awaited': 'the SDK reads every answer at once',
    "500 with the SDK's own retries, then an answer": ({ major }) =>
      major === 1 ? 'version 1 retries where it cannot be seen, and waits for seconds' : undefined,
    "500 in spite of the SDK's own retries": ({ major }) =>
      major === 1 ? 'version 1 retries where it cannot be seen, and waits for seconds' : undefined,
    'aborted before the call': ({ major }) =>
      major === 1 ? 'version 1 does not see it: there is a row of that' : undefined,
    'a stream left before its first chunk': ({ major }) =>
      major > 1
        ? 'the SDK does not pass it on to the stream that is read: there is a row of that'
        : undefined,
    'break after the first chunk': goesOn,
    'throw inside the loop': goesOn,
    'AbortSignal while reading': 'an abort throws in the loop: there is a row of that',
  },
};
